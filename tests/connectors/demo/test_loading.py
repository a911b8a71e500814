"""A demonstration in the database: loaded by the commands everybody uses, and only into an empty one."""

import json

import pytest

from forecourt.catalogue import queries as catalogue
from forecourt.connectors.demo import loading
from forecourt.connectors.demo.values import Sizes
from forecourt.customers import queries as customers
from forecourt.kernel import home, sql
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Conflict
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation

SIZES = Sizes(stations=4, customers=260, days=45, seed=5)


@pytest.fixture
def loaded(committed):
    heard = []
    summary = loading.load(SYSTEM, SIZES, lambda step, done, total: heard.append((step, done, total)))
    return summary, heard


def test_a_demonstration_is_there_and_fresh(loaded):
    summary, heard = loaded
    assert (summary.stations, summary.customers) == (4, 260)
    assert summary.sales == pytest.approx(SIZES.expected_sales, rel=0.3)
    assert 0.4 < summary.member_sales / summary.sales < 0.75
    assert len(organisation.all_stations(SYSTEM)) == 4
    assert catalogue.products_by_code(["92", "KWH", "WASH-STD"]).keys() == {"92", "KWH", "WASH-STD"}
    assert {step for step, _, _ in heard} == {"customers", "sales", "readers"}
    assert loyalty.draft().name == "岭驿会员"

    recorded = sql.rows("SELECT count(*) FILTER (WHERE refund_of IS NULL), count(*), sum(net) FROM sales_sale")[0]
    assert recorded[:2] == (summary.sales, summary.sales + summary.refunded)
    assert f"{recorded[2]:.2f}" == summary.net
    assert sql.rows("SELECT count(*) FROM sales_repair WHERE closed_at IS NULL")[0][0] == summary.flagged
    assert sql.rows("SELECT sum(sales) FROM sales_rollup WHERE product_id = 0")[0][0] > 0
    assert sql.rows("SELECT count(*) FROM customers_profile WHERE sales_count > 0")[0][0] > 150
    assert sql.rows("SELECT count(*) FROM sales_sale WHERE occurred_at > now()")[0][0] == 0
    assert summary.notes
    assert summary.adjustments
    assert summary.merged

    lines = [json.loads(line) for line in (home.home() / summary.planted).read_text("utf-8").splitlines()]
    planted = [line for line in lines if line["kind"] == "customer"]
    assert len({line["customer_id"] for line in planted}) == 260
    known = customers.family_ids(planted[0]["customer_id"])
    assert planted[0]["customer_id"] in known
    assert not {"name", "phone", "plate", "card"} & set(planted[0])

    with pytest.raises(Conflict, match="empty database"):
        loading.load(SYSTEM, SIZES)
