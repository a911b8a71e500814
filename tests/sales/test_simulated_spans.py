"""A span of a longer history, or some stations of several: what is not simulated counts as it was."""

from datetime import timedelta

import msgspec

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.kernel import clock
from forecourt.offers import services as offers
from forecourt.offers.rules import language
from forecourt.offers.rules.offer import Offer
from forecourt.sales import services
from forecourt.sales.services import simulating
from forecourt.sales.services.simulating import running, sharing
from forecourt.sales.services.simulating.reading import Share
from forecourt.sales.values import NewRefund, SimulationAsked
from tests.bench.samples import open_sample_station
from tests.sales.scenes import HEAD_OFFICE, a_line, ago, day_of
from tests.sales.test_offers import per_litre, post, publish
from tests.sales.test_simulating import draft

FIRST = {"code": "first", "when": {"is": "first_purchase"}, "then": [{"give": "points", "points": 20}]}
FOURTH = {"code": "fourth", "when": {"is": "visit", "number": 4}, "then": [{"give": "points", "points": 50}]}
OWN = {"measure": "volume", "limit": "50", "per": "customer"}
ALL = {"measure": "money", "limit": "25"}
HERE = {"measure": "uses", "limit": "4", "per": "station"}
MONTH = {"measure": "uses", "limit": "2", "per": "customer_month"}


def last_days(days: int = 10, **more) -> SimulationAsked:
    return SimulationAsked(since=day_of(ago(days)), until=clock.now().date() + timedelta(days=1), **more)


def unchanged(wanted: SimulationAsked) -> tuple[str, str]:
    """Nothing changes; the discount and the points."""
    found = simulating.simulate(wanted)
    total = found["total"]
    assert (total["discount_before"], total["points_before"]) == (total["discount_after"], total["points_after"])
    assert (found["members"]["winners"], found["members"]["losers"]) == (0, 0)
    return total["discount_after"], total["points_after"]


def decoded(body: dict) -> Offer:
    return language.decode(msgspec.json.encode({"name": body["code"]} | body))


def codes(receipt) -> list[str]:
    return [offer.code for offer in receipt.offers]


def test_limits_of_customers_begin_with_what_they_had_left(chain):
    publish(per_litre(budgets=[OWN]), FIRST, FOURTH, since=100)
    chain.enrol(2)
    for number in range(2):
        post(chain, f"a{number}", 1, occurred_at=ago(30 - number))
    late = post(chain, "b0", 2, a_line("92", "50.000", "382.50"), occurred_at=ago(20))
    assert post(chain, "a2", 1, occurred_at=ago(9)).totals.discount == 3
    assert codes(post(chain, "a3", 1, occurred_at=ago(8))) == ["fourth"]
    assert not post(chain, "b1", 2, occurred_at=ago(8)).offers
    services.refund_sale(HEAD_OFFICE, late.id, NewRefund(source_ref="r", occurred_at=ago(7)))
    assert codes(post(chain, "b2", 2, occurred_at=ago(6))) == ["litre"]
    assert unchanged(last_days()) == ("9.00", "130")


def test_budgets_of_everybody_begin_with_what_they_had_left(chain):
    publish(per_litre(budgets=[ALL]), per_litre("here", "0.10", budgets=[HERE]), since=100)
    chain.enrol(3)
    for number in range(3):
        post(chain, f"a{number}", number + 1, occurred_at=ago(30 - number))
    for number in range(3):
        post(chain, f"b{number}", number + 1, occurred_at=ago(8 - number))
    assert unchanged(last_days()) == ("9.00", "60")


def test_a_budget_that_was_spent_before_the_span_does_not_keep_shares_from_running_apart(chain):
    publish(per_litre(budgets=[{"measure": "uses", "limit": "1"}]), since=100)
    chain.enrol(4)
    for number in range(4):
        post(chain, f"a{number}", number + 1, occurred_at=ago(30 - number))
        post(chain, f"b{number}", number + 1, occurred_at=ago(8 - number))
    assert running.fits([sharing.run_share(last_days(), Share(number, 2)) for number in range(2)])
    assert not running.fits([sharing.run_share(last_days(40), Share(number, 2)) for number in range(2)])


def test_a_limit_of_the_month_counts_the_days_of_it_before_the_span(chain):
    publish(per_litre(budgets=[MONTH]), since=200)
    chain.enrol()
    first = (clock.now().replace(day=1, hour=4, minute=0, second=0, microsecond=0) - timedelta(days=1)).replace(day=1)
    for number, days in enumerate((-2, -1, 1, 9, 10, 11)):
        post(chain, str(number), 1, occurred_at=first + timedelta(days=days))
    span = SimulationAsked(since=day_of(first) + timedelta(days=5), until=day_of(first) + timedelta(days=20))
    assert unchanged(span) == ("6.00", "60")


def test_a_draft_of_an_offer_meets_what_the_offer_gave(chain):
    """Those who had it before would not get it again; a new one has been had by nobody."""
    once = [{"measure": "uses", "limit": "1", "per": "customer"}]
    publish(per_litre(budgets=once), since=100)
    chain.enrol(2)
    post(chain, "a", 1, occurred_at=ago(30))
    for who in (1, 2):
        post(chain, f"b{who}", who, occurred_at=ago(8))
    offers.change_offer(HEAD_OFFICE, "litre", decoded(per_litre(off="0.20", budgets=once)))
    found = simulating.simulate(last_days(offers=("litre",)))["total"]
    assert (found["discount_before"], found["discount_after"]) == ("6.00", "4.00")
    other = draft(per_litre("other", "0.10", budgets=once))
    found = simulating.simulate(last_days(offers=other, without=("litre",)))["total"]
    assert (found["discount_before"], found["discount_after"]) == ("6.00", "4.00")


def test_sales_of_other_stations_count_as_they_were(chain):
    """What was bought there was a visit, and took from limits and budgets."""
    open_sample_station("S002")
    publish(per_litre(budgets=[OWN, ALL]), FIRST, FOURTH, since=100)
    chain.enrol(2)
    for number, station in enumerate(("S002", "S001", "S001", "S001", "S002", "S001")):
        post(chain, f"a{number}", 1, occurred_at=ago(9 - number), station=station)
    taken = post(chain, "b0", 2, occurred_at=ago(8), station="S002")
    services.refund_sale(HEAD_OFFICE, taken.id, NewRefund(source_ref="r", occurred_at=ago(7.5)))
    assert codes(post(chain, "b1", 2, occurred_at=ago(6))) == ["first", "litre"]
    post(chain, "c", None, a_line("92", "10.000", "76.50"), occurred_at=ago(5), station="S002")
    assert unchanged(last_days(20, stations=("S001",))) == ("15.00", "170")
    unchanged(last_days(20, stations=("S002",)))


def test_coupons_begin_with_what_was_given_and_used_of_them(chain):
    """Of each no more than its template has, and no customer uses more of it than they may."""
    for code, limits in (("OWN", {"per_customer": 1}), ("ALL", {"limit": 2})):
        coupons.create_template(HEAD_OFFICE, Template(code=code, name=code, is_automatic=True, valid_days=0, **limits))
    gives = {"code": "gives", "then": [{"give": "coupon", "template": "OWN"}, {"give": "coupon", "template": "ALL"}]}
    takes = [
        {"code": code.lower(), "when": {"is": "coupon", "template": code}, "then": [{"give": "amount", "off": "3"}]}
        for code in ("OWN", "ALL")
    ]
    publish(gives, *takes, since=100)
    chain.enrol()
    taken = [
        [code for code in codes(post(chain, str(days), 1, occurred_at=ago(days))) if code != "gives"]
        for days in (30, 29, 28, 9, 8)
    ]
    assert taken == [[], ["all", "own"], ["all"], [], []]
    assert unchanged(last_days()) == ("0", "40")
