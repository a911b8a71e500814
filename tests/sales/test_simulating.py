"""Past sales under other rules: the same to the cent as posting them afresh, and nothing written."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from forecourt.kernel import clock, sql
from forecourt.kernel.money import ZERO
from forecourt.loyalty import services as loyalty
from forecourt.offers import services as offers
from forecourt.offers.rules import language
from forecourt.sales import services
from forecourt.sales.models import Simulation
from forecourt.sales.services import simulating
from forecourt.sales.values import NewRefund, RefundLine, SimulationAsked
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, a_line, a_sale, ago, count, open_chain, water
from tests.sales.test_offers import per_litre, publish

OFFERS = (
    per_litre(budgets=[{"measure": "volume", "limit": "35", "per": "customer"}]),
    {
        "code": "third",
        "when": {"is": "visit", "number": 3, "every": True},
        "then": [{"give": "percent", "percent": "10"}],
        "group": "g",
    },
    {"code": "water", "then": [{"give": "amount", "off": "1", "of": {"kinds": ["goods"]}}], "group": "g"},
    {"code": "double", "then": [{"give": "points", "points": 7}]},
)


@pytest.fixture
def chain(db):
    return open_chain()


def baskets(days: int = 20):
    """Sales of three members and strangers, day by day."""
    for number in range(days):
        who = (1, 2, 3, None)[number % 4]
        lines = (a_line("92", f"{10 + number}.000", f"{(10 + number) * 7}.65"), water(number % 3 + 1))
        yield a_sale(f"s{number}", who, *lines, occurred_at=ago(days + 5 - number), tenders=())


def asked(**more) -> SimulationAsked:
    today = clock.now().date()
    return SimulationAsked(since=today - timedelta(days=60), until=today, **more)


def draft(*bodies: dict) -> tuple[str, ...]:
    for body in bodies:
        offers.make_offer(HEAD_OFFICE, language.decode(msgspec.json.encode({"name": body["code"]} | body)))
    return tuple(body["code"] for body in bodies)


def sums() -> tuple:
    row = sql.rows(
        "SELECT sum(discount), sum(net), sum(points_earned), count(*) FROM sales_sale WHERE refund_of IS NULL"
    )[0]
    return (float(row[0]), float(row[1]), row[2], row[3])


def test_it_equals_posting_afresh(chain, django_db_blocker):
    chain.enrol(3)
    for sale in baskets():
        chain.post(sale)
    found = simulating.simulate(asked(offers=draft(*OFFERS), programme="current"))
    total = found["total"]
    simulated = (
        float(total["discount_after"]),
        float(total["gross"]) - float(total["discount_after"]),
        int(total["points_after"]),
        int(total["sales"]),
    )
    for name in ("sales_claim", "sales_sale", "sales_line", "sales_award", "loyalty_entry", "loyalty_allocation"):
        sql.run(f"DELETE FROM {name}")
    sql.run("UPDATE loyalty_balance SET points = 0, sales = 0, last_sale_at = NULL")
    publish(*OFFERS, since=100)
    for sale in baskets():
        chain.post(sale)
    assert simulated == sums()
    assert simulated[0] > 0


def test_nothing_is_written_but_the_result(chain):
    chain.enrol(3)
    chain.post(*baskets())
    tables = ("sales_sale", "sales_award", "loyalty_entry", "coupons_coupon", "offers_slot", "kernel_event")
    before = {name: count(name) for name in tables}
    simulating.simulate(asked(offers=draft(*OFFERS)))
    assert {name: count(name) for name in tables} == before


def test_a_draft_programme_is_compared_with_what_was(chain):
    chain.enrol(3)
    chain.post(*baskets())
    doubled = replace(PROGRAMME, rates=tuple(replace(rate, points=rate.points * 2) for rate in PROGRAMME.rates))
    loyalty.draft_programme(HEAD_OFFICE, doubled)
    found = simulating.simulate(asked(programme="draft"))
    assert int(found["total"]["points_after"]) >= 2 * int(found["total"]["points_before"]) > 0
    assert found["members"]["winners"] == 3
    assert found["members"]["losers"] == 0


def test_what_was_refunded_does_not_count(chain):
    (receipt,) = chain.post(a_sale("1", None, a_line(), water(4), tenders=()))
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="r", lines=(RefundLine(line=2),)))
    found = simulating.simulate(asked())
    assert Decimal(found["total"]["gross"]) == Decimal("153.00")


def test_offers_that_stand_in_one_anothers_way_are_told(chain):
    chain.enrol(3)
    chain.post(*baskets())
    found = simulating.simulate(asked(offers=draft(*OFFERS)))
    assert ["water", "third", "group"] in [row[:3] for row in found["lost"]]
    assert {row["name"] for row in found["offers"]} == {"litre", "third", "water", "double"}
    by_funder = {row["name"]: Decimal(row["discount"]) for row in found["funders"]}
    assert by_funder == {"brand": Decimal(found["total"]["discount_after"])}
    by_station = sum((Decimal(row["discount_after"]) for row in found["stations"]), ZERO)
    assert by_station == Decimal(found["total"]["discount_after"])


def test_what_is_in_force_is_taken_away_or_replaced(chain):
    publish(per_litre())
    chain.post(*[a_sale(str(number), None, tenders=()) for number in range(4)])
    assert simulating.simulate(asked())["total"]["discount_after"] == "24.00"
    assert simulating.simulate(asked(without=("litre",)))["total"]["discount_after"] == "0"
    offers.change_offer(
        HEAD_OFFICE, "litre", language.decode(msgspec.json.encode({"name": "n"} | per_litre(off="0.10")))
    )
    changed = simulating.simulate(asked(offers=("litre",)))["total"]
    assert (Decimal(changed["discount_before"]), Decimal(changed["discount_after"])) == (24, 8)


@pytest.mark.slow
def test_it_runs_as_a_job_in_two_processes_and_can_be_stopped(committed):
    chain = open_chain()
    chain.enrol(3)
    chain.post(*baskets())
    number = services.ask_simulation(HEAD_OFFICE, asked(offers=draft(*OFFERS)))
    services.run_simulation(number)
    row = Simulation.objects.get(pk=number)
    assert (row.state, row.error, row.done, row.total) == ("done", "", 20, 20)
    alone = simulating.simulate(asked(offers=tuple(body["code"] for body in OFFERS)))
    for result in (row.result, alone):
        assert result.pop("as_asked")
    assert row.result == alone
    other = services.ask_simulation(HEAD_OFFICE, asked())
    services.stop_simulation(HEAD_OFFICE, other)
    services.run_simulation(other)
    assert Simulation.objects.get(pk=other).state == "stopped"
