"""Members of tiers that are served first bear a star wherever staff see them, in both languages; others do not."""

import pytest

from forecourt.kernel import sql
from forecourt.occasions import services as occasions
from forecourt.organisation import services as organisation
from forecourt.organisation.models import Staff
from forecourt.organisation.values import NewRole, Role
from tests.bench.browser import PASSWORD
from tests.occasions.conftest import opened, serving_first
from tests.sales.scenes import HEAD_OFFICE, Chain, ago, open_chain

STAR = "badge amber first"


@pytest.fixture
def office(db, client):
    organisation.create_staff(
        HEAD_OFFICE, username="o1", name="o1", password=PASSWORD, roles=[NewRole(role=Role.HEAD_OFFICE)]
    )
    client.force_login(Staff.objects.get(username="o1"))

    def page(path: str, language: str = "en") -> str:
        response = client.get(f"/admin/{path}", headers={"Accept-Language": language})
        assert response.status_code == 200, path
        return response.content.decode()

    return page


@pytest.fixture
def scene(db) -> Chain:
    """Two members with a sale each, the first in gold, which is served first."""
    chain = open_chain()
    chain.publish(serving_first("gold"))
    chain.enrol(2)
    chain.post_one("a", 1, occurred_at=ago(0.1))
    chain.post_one("b", 2, occurred_at=ago(0.1))
    return chain


def in_gold(customer_id: int) -> None:
    sql.run("UPDATE loyalty_balance SET tier = 'gold' WHERE customer_id = %(id)s", {"id": customer_id})
    sql.run("UPDATE sales_sale SET tier = 'gold' WHERE customer_id = %(id)s", {"id": customer_id})


def test_the_star_stands_at_who_is_served_first_and_nobody_else(scene, office):
    gold, basic = [row[0] for row in sql.rows("SELECT id FROM customers_customer WHERE id > 0 ORDER BY id LIMIT 2")]
    event = opened()
    for one in (gold, basic):
        occasions.sign_up(HEAD_OFFICE, event, one)
    lists = ("customers/", "sales/", f"member-events/{event}/")
    assert not any(STAR in office(path) for path in (*lists, f"customers/{gold}/"))
    in_gold(gold)
    for path in lists:
        assert office(path).count(STAR) == 1, path
    assert "★ Served first" in office(f"customers/{gold}/")
    assert "★ 优先服务" in office(f"customers/{gold}/", "zh-hans")
    assert STAR not in office(f"customers/{basic}/")
    sale = sql.rows("SELECT id FROM sales_sale WHERE customer_id = %(id)s", {"id": gold})[0][0]
    assert office(f"sales/{sale}/").count(STAR) == 1


def test_the_forms_say_what_the_benefit_does(scene, office):
    assert "move up first" in office("member-events/new/")
    assert "优先递补" in office("member-events/new/", "zh-hans")
    assert "moves up first on waiting lists" in office("programme/draft/")
