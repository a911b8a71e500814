"""A demonstration in the database: loaded by the commands everybody uses, and only into an empty one."""

import json
from datetime import timedelta

import pytest

from forecourt.catalogue import queries as catalogue
from forecourt.connectors.demo import loading
from forecourt.connectors.demo.chain import make_chain
from forecourt.connectors.demo.life import trials
from forecourt.connectors.demo.life.data import read
from forecourt.connectors.demo.life.office import hire
from forecourt.connectors.demo.life.world import World
from forecourt.connectors.demo.values import Sizes, Span
from forecourt.customers import queries as customers
from forecourt.faces import proofs
from forecourt.kernel import home, sql
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Conflict
from forecourt.loyalty import queries as loyalty
from forecourt.offers import services as offers
from forecourt.offers.rules import language
from forecourt.organisation import queries as organisation
from tests.connectors.demo.conftest import UNTIL

SIZES = Sizes(stations=4, customers=260, days=45, seed=5)
GIVEN = """
SELECT count(DISTINCT offer), sum(discount) FILTER (WHERE discount > 0), count(*) FILTER (WHERE coupon_id IS NOT NULL)
FROM sales_award
"""
SEEN = """
SELECT count(*) FILTER (WHERE customer_id IS NOT NULL), count(seen_at),
       count(*) FILTER (WHERE seen_at < issued_at OR seen_at > used_at)
FROM coupons_coupon
"""
STATES = """
SELECT 'offer ' || state FROM offers_offer UNION SELECT 'redemption ' || state FROM rewards_redemption
UNION SELECT 'coupon ' || status FROM coupons_coupon UNION SELECT 'game ' || state FROM games_game
UNION SELECT 'event ' || state FROM occasions_event UNION SELECT 'sign-up ' || state FROM occasions_signup
UNION SELECT 'claim ' || state FROM accounts_claim UNION SELECT 'simulation ' || state FROM sales_simulation
UNION SELECT split_part(subject, ':', 1) || ' review ' || outcome FROM kernel_review
"""


@pytest.fixture
def loaded(committed, monkeypatch):
    monkeypatch.setattr(loading, "TWO_LANES_FROM", 100)  # as in large ones
    heard = []
    summary = loading.load(SYSTEM, SIZES, lambda step, done, total: heard.append((step, done, total)), until=UNTIL)
    return summary, heard


@pytest.mark.slow
def test_a_demonstration_is_there_and_fresh(loaded):
    summary, heard = loaded
    assert (summary.stations, summary.customers) == (4, 260)
    assert summary.sales == pytest.approx(SIZES.expected_sales, rel=0.3)
    assert 0.4 < summary.member_sales / summary.sales < 0.75
    assert len(organisation.all_stations(SYSTEM)) == 4
    assert catalogue.products_by_code(["92", "KWH", "WASH-STD"]).keys() == {"92", "KWH", "WASH-STD"}
    assert {step for step, _, _ in heard} == {"customers", "sales", "readers", "trials"}
    assert loyalty.draft().name == "岭驿会员"

    recorded = sql.rows("SELECT count(*) FILTER (WHERE refund_of IS NULL), count(*), sum(net) FROM sales_sale")[0]
    assert recorded[:2] == (summary.sales, summary.sales + summary.refunded)
    assert f"{recorded[2]:.2f}" == summary.net
    assert sql.rows("SELECT count(*) FROM sales_repair WHERE closed_at IS NULL")[0][0] == summary.flagged
    assert sql.rows("SELECT sum(sales) FROM sales_rollup WHERE product_id = 0")[0][0] > 0
    assert sql.rows("SELECT count(*) FROM customers_profile WHERE sales_count > 0")[0][0] > 150
    assert sql.rows("SELECT count(*) FROM sales_sale WHERE occurred_at > %(until)s", {"until": UNTIL})[0][0] == 0
    assert summary.notes
    assert summary.adjustments
    assert summary.merged

    life_went_on(summary)
    assert {proof.name: proof.shown for proof in proofs.run_all() if proof.differences} == {}

    lines = [json.loads(line) for line in (home.home() / summary.planted).read_text("utf-8").splitlines()]
    planted = [line for line in lines if line["kind"] == "customer"]
    assert len({line["customer_id"] for line in planted}) == 260
    known = customers.family_ids(planted[0]["customer_id"])
    assert planted[0]["customer_id"] in known
    assert not {"name", "phone", "plate", "card"} & set(planted[0])

    with pytest.raises(Conflict, match="empty database"):
        loading.load(SYSTEM, SIZES)


def life_went_on(summary):
    """Offers were given on the sales themselves, coupons issued by some were used in others, every room has its states."""
    given = sql.rows(GIVEN)
    offers, discount, by_coupon = given[0]
    assert offers > 8
    assert f"{discount:.2f}" == summary.offered
    assert by_coupon > 3
    assert summary.life["coupons_used"] > 3
    issued, seen, too_late = sql.rows(SEEN)[0]
    assert seen == summary.life["coupons_seen"]
    assert 0.3 < seen / issued < 0.9
    assert too_late == 0
    assert (
        sql.rows("SELECT count(*) FROM coupons_couponuse AS use JOIN sales_sale AS sale ON sale.id = use.sale_id")[0][0]
        > 3
    )
    # nobody paid other than what offers left: only what was spoiled on purpose waits for repair
    assert (
        sql.rows("SELECT count(*) FROM sales_repair WHERE opened_at < %(at)s", {"at": UNTIL - timedelta(days=12)})[0][0]
        == 0
    )
    states = {row[0] for row in sql.rows(STATES)}
    assert states >= {
        "offer draft",
        "offer review",
        "offer live",
        "offer paused",
        "coupon active",
        "coupon used",
        "coupon void",
        "redemption open",
        "redemption collected",
        "game draft",
        "game live",
        "game review approved",
        "game review open",
        "reward review approved",
        "reward review open",
        "event draft",
        "event open",
        "event cancelled",
        "sign-up going",
        "claim draft",
        "simulation done",
    }
    recorded = sql.rows("SELECT min(recorded_at), max(recorded_at - occurred_at) FROM sales_sale")[0]
    assert recorded[0].date().isoformat() < summary.until
    assert recorded[1] < timedelta(days=8)
    assert sql.rows("SELECT count(*) FROM accounts_close")[0][0] == summary.life["days_closed"] > 40
    assert sql.rows("SELECT count(*) FROM loyalty_rulebook")[0][0] == 2
    assert len(loyalty.reviews()) == 2
    assert sql.rows("SELECT count(*) FROM customers_household")[0][0] == summary.life["households"] > 0
    assert sql.rows("SELECT count(*) FROM occasions_gift")[0][0] > 0
    assert sql.rows("SELECT count(*) FROM games_play")[0][0] == summary.life["plays"] > 0


def test_simulations_may_be_left_to_the_worker(committed):
    span = Span.ending(UNTIL, SIZES.days)
    chain = make_chain(SIZES, span)
    office = hire(SYSTEM, chain)
    for drafted in [entry["offer"] for entry in read("offers") if "draft" in entry]:
        offers.make_offer(office.marketer, language.convert(drafted))
    heard = []
    trials.run(World(SYSTEM, SIZES, span, chain, [], office), lambda *told: heard.append(told), by_worker=True)
    waiting = sql.rows("SELECT id FROM sales_simulation WHERE state = 'waiting' ORDER BY id")
    jobs = (
        "SELECT (args ->> 'simulation_id')::bigint FROM procrastinate_jobs "
        "WHERE task_name = 'sales.simulate' AND status = 'todo' ORDER BY id"
    )
    assert sql.rows(jobs) == waiting
    assert (len(waiting), heard) == (2, [])
