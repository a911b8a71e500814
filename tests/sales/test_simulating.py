"""Past sales under other rules: the same to the cent as posting them afresh, and nothing written."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from forecourt.coupons import queries as coupon_queries
from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.kernel import clock, sql
from forecourt.kernel.money import ZERO
from forecourt.loyalty import services as loyalty
from forecourt.offers import services as offers
from forecourt.offers.rules import language
from forecourt.sales import services
from forecourt.sales.models import Simulation
from forecourt.sales.services import simulating
from forecourt.sales.services.simulating import running, sharing
from forecourt.sales.services.simulating.reading import Share
from forecourt.sales.values import NewRefund, RefundLine, SimulationAsked
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, WATER, a_line, a_sale, ago, count, open_chain, water
from tests.sales.test_offers import FIVE_OFF, issue, per_litre, publish

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
    {"code": "price", "then": [{"give": "price", "price": "4.50", "of": {"products": [WATER]}}]},
)


@pytest.fixture
def chain(db):
    return open_chain()


def baskets(days: int = 20):
    """Sales of three members and strangers, day by day."""
    for number in range(days):
        who = (1, 2, 3, None)[number % 4]
        lines = [a_line("92", f"{10 + number}.000", f"{(10 + number) * 7}.65"), water(number % 3 + 1)]
        if number % 5 == 0:
            lines[1:] = at_two_prices()
        yield a_sale(f"s{number}", who, *lines, occurred_at=ago(days + 5 - number), tenders=())


def at_two_prices():
    """Two bottles at 5.00 and one at 4.00."""
    return [
        a_line(WATER, "2", "10.00", unit_price=Decimal("5.00")),
        a_line(WATER, "1", "4.00", unit_price=Decimal("4.00")),
    ]


def asked(**more) -> SimulationAsked:
    """Sixty days up to today, which is the next one already where the stations are."""
    today = clock.now().date()
    return SimulationAsked(since=today - timedelta(days=60), until=today + timedelta(days=1), **more)


def draft(*bodies: dict) -> tuple[str, ...]:
    for body in bodies:
        offers.make_offer(HEAD_OFFICE, language.decode(msgspec.json.encode({"name": body["code"]} | body)))
    return tuple(body["code"] for body in bodies)


def sums() -> tuple:
    """What the books say, refunds included: discount, net, points, and how many sales were not refunded whole."""
    row = sql.rows("SELECT sum(discount), sum(net), sum(points_earned) FROM sales_sale")[0]
    left = sql.rows(
        "SELECT count(*) FROM (SELECT coalesce(refund_of, id) FROM sales_sale GROUP BY 1 HAVING sum(gross) > 0) AS sold"
    )
    return (float(row[0]), float(row[1]), row[2], left[0][0])


def told(total: dict) -> tuple:
    """The same as a simulation tells it."""
    off = float(total["discount_after"])
    return (off, round(float(total["gross"]) - off, 2), int(total["points_after"]), int(total["sales"]))


def nothing_changes(**more) -> dict:
    """Simulated under the rules of then past sales come to what they came to, and to what the books say; returns all of it."""
    found = simulating.simulate(asked(**more))
    total = found["total"]
    assert (total["discount_before"], total["points_before"]) == (total["discount_after"], total["points_after"])
    assert told(total) == sums()
    assert (found["members"]["winners"], found["members"]["losers"]) == (0, 0)
    return found


def post_and_refund(chain) -> None:
    """Post the baskets, then refund a part of some, of one twice, and one whole."""
    posted = [chain.post(sale)[0] for sale in baskets()]
    for number, quantity in ((2, "7.5"), (4, "3"), (9, "11.25"), (9, "2")):
        half = RefundLine(line=1, quantity=Decimal(quantity))
        refund(posted[number], f"r{number}-{quantity}", half, RefundLine(line=2) if quantity == "2" else None)
    refund(posted[12], "r12")


def refund(receipt, ref: str, *lines: RefundLine | None) -> None:
    wanted = tuple(line for line in lines if line is not None)
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref=ref, lines=wanted or None))


def test_it_equals_posting_afresh(chain):
    chain.enrol(3)
    post_and_refund(chain)
    found = simulating.simulate(asked(offers=draft(*OFFERS), programme="current"))
    for name in ("sales_claim", "sales_sale", "sales_line", "sales_award", "loyalty_entry", "loyalty_allocation"):
        sql.run(f"DELETE FROM {name}")
    sql.run("UPDATE loyalty_balance SET points = 0, sales = 0, last_sale_at = NULL")
    publish(*OFFERS, since=100)
    post_and_refund(chain)
    assert told(found["total"]) == sums()
    assert told(found["total"])[0] > 0


def test_the_same_rules_change_nothing_for_what_was_refunded_in_part(chain):
    """An offer for thirty litres was given, and a part of it taken back: it is not lost because fewer litres are left."""
    fill = {
        "code": "fill",
        "when": {"is": "volume", "at_least": "20"},
        "then": [{"give": "amount", "off": "5"}, {"give": "points", "points": 9}],
    }
    publish(fill, *OFFERS, since=100)
    chain.enrol(3)
    post_and_refund(chain)
    found = simulating.simulate(asked())
    total = found["total"]
    assert Decimal(total["discount_before"]) == Decimal(total["discount_after"]) > 0
    assert int(total["points_before"]) == int(total["points_after"]) > 0
    assert told(total) == sums()
    assert (found["members"]["winners"], found["members"]["losers"]) == (0, 0)


NEXT = {"code": "next", "when": {"is": "visit", "number": 1}, "then": [{"give": "coupon", "template": "NEXT"}]}
NEXT_OFF = {"code": "welcome", "when": {"is": "coupon", "template": "NEXT"}, "then": [{"give": "amount", "off": "3"}]}


def use_coupons(chain) -> None:
    """One from a hand, one from before the span, one that a sale in it gave and another member uses, one given back."""
    first, second = chain.enrol(2)
    by_hand = issue("FIVE", first)
    coupons.create_template(HEAD_OFFICE, Template(code="NEXT", name="NEXT", is_transferable=True, valid_days=0))
    (given,) = chain.post(a_sale("1", 1, occurred_at=ago(9), tenders=()))[0].coupons
    (before,) = chain.post(a_sale("old", 2, occurred_at=ago(80), tenders=()))[0].coupons
    view = coupon_queries.view_by_code(given.code)
    coupons.transfer_coupon(HEAD_OFFICE, view.id, second)
    chain.post(a_sale("2", 2, occurred_at=ago(8), tenders=(), coupons=(given.code,)))
    (used,) = chain.post(a_sale("3", 1, occurred_at=ago(1), tenders=(), coupons=(by_hand,)))
    services.refund_sale(HEAD_OFFICE, used.id, NewRefund(source_ref="r3"))
    chain.post(a_sale("4", 1, occurred_at=ago(1), tenders=(), coupons=(by_hand,)))
    chain.post(a_sale("5", 2, occurred_at=ago(7), tenders=(), coupons=(before.code,)))


def test_coupons_that_were_used_are_used_again(chain):
    publish(NEXT, NEXT_OFF, FIVE_OFF, since=100)
    use_coupons(chain)
    found = simulating.simulate(asked())
    assert found["total"]["discount_before"] == found["total"]["discount_after"] == "11.00"
    assert (found["members"]["winners"], found["members"]["losers"]) == (0, 0)


def test_a_coupon_that_the_draft_does_not_give_is_not_used(chain):
    publish(NEXT, NEXT_OFF, FIVE_OFF, since=100)
    use_coupons(chain)
    found = simulating.simulate(asked(without=("next",)))
    assert (found["total"]["discount_before"], found["total"]["discount_after"]) == ("11.00", "8.00")
    assert [row["name"] for row in found["offers"]] == ["five", "welcome"]


def test_shares_rated_apart_come_to_the_same_unless_they_take_too_much_of_a_budget(chain):
    chain.enrol(3)
    chain.post(*baskets())
    ample = {"budgets": [{"measure": "money", "limit": "100000"}, {"measure": "uses", "limit": "9", "per": "day"}]}
    wanted = asked(
        offers=draft(per_litre(**ample), per_litre("extra", "0.10", budgets=[{"measure": "uses", "limit": "12"}]))
    )
    parts = [sharing.run_share(wanted, Share(number, 2)) for number in range(2)]
    assert not running.fits(parts), "eleven and nine sales of twelve that it has"
    unbound = asked(offers=("litre",))
    parts = [sharing.run_share(unbound, Share(number, 2)) for number in range(2)]
    assert running.fits(parts)
    parts[0].sums.merge(parts[1].sums)
    whole = sharing.run_share(unbound, Share()).sums
    assert parts[0].sums.result(Decimal(0), {}) == whole.result(Decimal(0), {})


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
    assert {row["name"] for row in found["offers"]} == {"litre", "third", "water", "double", "price"}
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


@pytest.mark.slow
def test_a_budget_that_ends_is_spent_in_the_order_of_the_sales(committed):
    chain = open_chain()
    chain.enrol(3)
    chain.post(*baskets())
    wanted = asked(offers=draft(per_litre(budgets=[{"measure": "money", "limit": "20"}])))
    assert simulating.simulate(wanted, processes=2) == simulating.simulate(wanted)
    publish(per_litre(code="published", budgets=[{"measure": "money", "limit": "20"}]), since=100)
    number = services.ask_simulation(HEAD_OFFICE, wanted)
    services.run_simulation(number)
    row = Simulation.objects.get(pk=number)
    assert (row.done, row.total) == (20, 20)
    by_offer = {one["name"]: Decimal(one["discount"]) for one in row.result["offers"]}
    assert by_offer == {"litre": 20, "published": 20}
