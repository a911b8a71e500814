"""Offers for who holds a coupon, which stays theirs: while it is good, as of then, and no longer than that."""

from datetime import timedelta

import msgspec
import pytest

from forecourt.coupons import queries as coupon_queries
from forecourt.coupons import rules as coupon_rules
from forecourt.coupons import services as coupons
from forecourt.coupons.rules import Move, Past
from forecourt.coupons.values import HeldSpan
from forecourt.kernel import clock, sql
from forecourt.offers.rules import language
from forecourt.organisation import queries as organisation
from forecourt.sales import services, words
from forecourt.sales.services import simulating
from forecourt.sales.services.available import available_offers
from forecourt.sales.values import NewRefund, SimulationAsked
from tests.coupons.scenes import give, make_template
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, a_sale, ago, day_of, flat_books_agree, member
from tests.sales.test_offers import FIVE_OFF, per_litre, post, publish
from tests.sales.test_reservations import reserve, sale

HOLDERS = per_litre("holders", when={"is": "holds", "template": "PASS"})
USES_IT = {"code": "uses", "when": {"is": "coupon", "template": "PASS"}, "then": [{"give": "amount", "off": "5"}]}


def off(receipt) -> str:
    return str(receipt.totals.discount)


def status(code: str) -> str:
    return sql.rows("SELECT status FROM coupons_coupon WHERE code = %(code)s", {"code": code})[0][0]


@pytest.fixture
def holder(chain) -> int:
    """Member 1 of two, who holds a coupon PASS, which an offer looks for."""
    make_template("PASS")
    publish(HOLDERS)
    return chain.enrol(2)[0]


def held(customer_id: int, **more) -> str:
    (coupon,) = give("PASS", customer_id, **{"occurred_at": ago(20)} | more)
    return coupon.code


def test_who_holds_it_gets_the_offer_each_time_and_keeps_it(chain, holder):
    code = held(holder)
    assert [off(one) for one in chain.post(*[a_sale(str(n), 1, tenders=()) for n in range(3)])] == ["6.00"] * 3
    assert (off(post(chain, "other", 2)), off(post(chain, "nobody"))) == ("0.00", "0.00")
    assert status(code) == "active"
    assert sql.rows("SELECT count(*) FROM coupons_couponuse") == [(0,)]


def test_only_a_good_one_counts(chain, holder):
    today = day_of(clock.now())
    code = held(holder, expires_on=today - timedelta(days=5))
    assert off(post(chain, "1", 1)) == "0.00"
    assert off(post(chain, "2", 1, occurred_at=ago(8))) == "6.00", "on that day it was good"
    (coupon,) = coupon_queries.for_sale([code], [])
    other = held(holder)
    coupons.void_coupons(HEAD_OFFICE, [coupon_queries.for_sale([other], [])[0].id], "test")
    assert off(post(chain, "3", 1)) == "0.00"
    make_template("LATER", delay_days=30)
    publish(per_litre("later", "0.10", when={"is": "holds", "template": "LATER"}))
    give("LATER", holder)
    assert off(post(chain, "4", 1)) == "0.00"
    assert coupon.customer_id == holder


def test_it_counts_to_the_sale_that_uses_it_up_and_again_once_that_is_refunded(chain, holder):
    publish(USES_IT)
    code = held(holder)
    using, after = chain.post(a_sale("1", 1, coupons=(code,), tenders=()), a_sale("2", 1, tenders=()))
    assert (off(using), off(after)) == ("11.00", "0.00")
    services.refund_sale(HEAD_OFFICE, using.id, NewRefund(source_ref="r1"))
    assert status(code) == "active"
    assert off(post(chain, "3", 1)) == "6.00"
    flat_books_agree()


def test_one_that_a_sale_gives_counts_for_the_next_of_its_list(chain, holder):
    publish({"code": "gives", "when": {"is": "visit", "number": 1}, "then": [{"give": "coupon", "template": "PASS"}]})
    assert [off(one) for one in chain.post(*[a_sale(str(n), 1, tenders=()) for n in range(2)])] == ["0.00", "6.00"]


GIVES_PASS = {"code": "gives", "when": {"is": "visit", "number": 1}, "then": [{"give": "coupon", "template": "PASS"}]}


def spent() -> list[tuple]:
    return sql.rows("SELECT offer_id, sum(quota)::int, sum(used)::int FROM offers_slot GROUP BY offer_id ORDER BY 1")


@pytest.mark.parametrize(
    ("budget", "discounts"),
    [
        ({"measure": "volume", "limit": "30"}, ["0.00", "6.00", "3.00", "0.00"]),
        ({"measure": "uses", "limit": "2", "per": "customer"}, ["0.00", "6.00", "6.00", "0.00"]),
    ],
)
def test_what_an_offer_may_give_counts_where_only_a_coupon_of_the_same_list_leads_to_it(
    chain, holder, budget, discounts
):
    publish(GIVES_PASS, HOLDERS | {"budgets": [budget]})
    assert [off(one) for one in chain.post(*[a_sale(str(n), 1, tenders=()) for n in range(4)])] == discounts
    assert [off(post(chain, "more", 1)), off(post(chain, "other", 2))] == ["0.00", "0.00"]
    flat_books_agree()


def test_what_it_gave_a_member_before_counts_though_a_coupon_of_the_list_leads_to_it(chain, holder):
    """The member held another, and used their limit up, before that one was void."""
    once = {"measure": "uses", "limit": "1", "per": "customer"}
    publish({"code": "gives", "when": {"is": "visit", "number": 2}, "then": GIVES_PASS["then"]})
    publish(HOLDERS | {"budgets": [once]})
    code = held(holder)
    assert off(post(chain, "1", 1)) == "6.00"
    coupons.void_coupons(HEAD_OFFICE, [coupon_queries.for_sale([code], [])[0].id], "test")
    assert [off(one) for one in chain.post(*[a_sale(f"l{n}", 1, tenders=()) for n in range(2)])] == ["0.00", "0.00"]
    flat_books_agree()


def test_coupons_of_a_list_that_lead_to_other_coupons_have_room_and_budgets(chain, holder):
    """The first sale gives a coupon that the second uses by itself to get another, of few, which the third uses."""
    limited = {"budgets": [{"measure": "uses", "limit": "5"}]}
    make_template("FIRST", is_automatic=True)
    make_template("SECOND", is_automatic=True, limit=1)
    publish(
        {"code": "a", "when": {"is": "visit", "number": 1}, "then": [{"give": "coupon", "template": "FIRST"}]},
        {
            "code": "b",
            "when": {"is": "coupon", "template": "FIRST"},
            "then": [{"give": "amount", "off": "1"}, {"give": "coupon", "template": "SECOND"}],
        }
        | limited,
        {"code": "c", "when": {"is": "coupon", "template": "SECOND"}, "then": [{"give": "amount", "off": "7"}]}
        | limited,
    )
    sales = [a_sale(f"{number}", number % 2 + 1, tenders=()) for number in range(8)]
    answers = chain.post(*sales)
    assert [off(one) for one in answers] == ["0.00", "0.00", "1.00", "1.00", "7.00", "0.00", "0.00", "0.00"]
    assert [row[1:] for row in spent()] == [(5, 2), (5, 1)]
    flat_books_agree()


def test_a_refund_leaves_it_alone(chain, holder):
    code = held(holder)
    receipt = post(chain, "1", 1)
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="r1"))
    assert status(code) == "active"
    assert sql.rows("SELECT count(*) FROM coupons_couponstep WHERE step <> 'moved'") == [(0,)]
    flat_books_agree()


def test_what_was_promised_to_a_holder_is_kept_though_it_is_void_by_then(chain, holder):
    code = held(holder)
    promised = reserve(sale("1", customer=a_sale("x", 1).customer))
    assert off(promised) == "6.00"
    coupons.void_coupons(HEAD_OFFICE, [coupon_queries.for_sale([code], [])[0].id], "test")
    (kept,) = chain.post(sale("1", customer=a_sale("x", 1).customer, reservation=promised.reservation))
    assert (off(kept), off(post(chain, "2", 1))) == ("6.00", "0.00")


def test_a_quote_says_what_is_missing_and_an_app_hears_it_beforehand(chain, holder):
    (quote,) = services.quote_sales(HEAD_OFFICE, [a_sale("1", 1, tenders=())], services.Depth.EVERY)
    (missed,) = [reason for reason in quote.explanation if reason.code == "offer.missed"]
    assert missed.values == {"is": "holds", "template": "PASS"}
    told = words.explanation([missed], organisation.company(), PROGRAMME, words.Reader.AUDITOR)
    assert "holders of a coupon" in told[0][1]
    (one,) = available_offers(HEAD_OFFICE, "S001", holder)
    assert [miss.condition for miss in one.missing] == ["holds"]
    held(holder)
    (one,) = available_offers(HEAD_OFFICE, "S001", holder)
    assert (one.missing, one.coupons) == ((), ())
    assert available_offers(HEAD_OFFICE, "S001") == []


def test_an_offer_that_is_tried_finds_it_held(chain, holder):
    offer = language.convert({"name": "holders"} | HOLDERS)
    quote = services.try_offer(HEAD_OFFICE, a_sale("1", 1, tenders=()), offer)
    assert off(quote) == "6.00"
    assert "coupon.used" not in {reason.code for reason in quote.explanation}


def test_several_coupons_that_an_offer_wants_count_as_held_when_it_is_tried_and_as_good(chain):
    make_template("PASS", delay_days=3)
    make_template("WASH")
    chain.enrol()
    both = [{"is": "coupon", "template": "PASS"}, {"is": "coupon", "template": "WASH"}]
    offer = language.convert(per_litre("both", when={"is": "all", "of": both}, name="both"))
    quote = services.try_offer(HEAD_OFFICE, a_sale("1", 1, tenders=()), offer)
    assert off(quote) == "6.00"


@pytest.mark.parametrize("size", [1, 60])
def test_a_list_of_any_size_takes_the_same_statements_and_no_more_than_without(chain, size):
    make_template("PASS", is_automatic=True)
    publish(per_litre(), FIVE_OFF)
    members = chain.enrol(80)
    give("PASS", *members[::2])

    def statements(mark: str) -> int:
        chain.post(*[a_sale(f"{mark}w{number}", number + 1, tenders=()) for number in range(70)])
        with sql.watching() as seen:
            chain.post(*[a_sale(f"{mark}{number}", number + 1, tenders=()) for number in range(size)])
        return len(seen)

    before = statements("a")
    publish(HOLDERS)
    assert statements("b") == before


def asked(**more) -> SimulationAsked:
    today = clock.now().date()
    return SimulationAsked(since=today - timedelta(days=60), until=today + timedelta(days=1), **more)


def nothing_changes() -> None:
    total = simulating.simulate(asked())["total"]
    assert total["discount_before"] == total["discount_after"]


def test_past_sales_are_simulated_with_what_was_held_then(chain, holder):
    """Given by hand, used by a past sale, voided, passed on: each as of its sale."""
    publish(USES_IT)
    first, second = held(holder, occurred_at=ago(20.5)), held(holder, occurred_at=ago(8))
    wanted = {"1": (25, ()), "2": (15, (first,)), "3": (12, ()), "4": (5, ()), "5": (4, ())}
    posted = chain.post(
        *[a_sale(ref, 1, coupons=codes, occurred_at=ago(days), tenders=()) for ref, (days, codes) in wanted.items()]
    )
    assert [off(one) for one in posted] == ["0.00", "11.00", "0.00", "6.00", "6.00"]
    nothing_changes()
    coupons.void_coupons(HEAD_OFFICE, [coupon_queries.for_sale([second], [])[0].id], "test")
    nothing_changes()
    services.refund_sale(HEAD_OFFICE, posted[1].id, NewRefund(source_ref="r2"))
    nothing_changes()
    never = simulating.simulate(asked(without=("holders", "uses")))["total"]
    assert float(never["discount_after"]) == 0


def test_a_coupon_counts_for_who_held_it_then(chain, holder):
    make_template("GIFT", is_transferable=True)
    publish(per_litre("gift", "0.10", when={"is": "holds", "template": "GIFT"}))
    (coupon,) = give("GIFT", holder, occurred_at=ago(20))
    posted = [post(chain, "1", 1, occurred_at=ago(10)), post(chain, "2", 2, occurred_at=ago(9))]
    other = posted[1].customer_id
    coupons.transfer_coupon(HEAD_OFFICE, coupon.id, other)
    assert [off(one) for one in posted] == ["2.00", "0.00"]
    nothing_changes()
    assert [off(post(chain, "3", 1)), off(post(chain, "4", 2))] == ["0.00", "2.00"]


def test_coupons_of_simulated_sales_are_held_from_then_on(chain, holder):
    publish({"code": "gives", "when": {"is": "visit", "number": 2}, "then": [{"give": "coupon", "template": "PASS"}]})
    for number in range(4):
        post(chain, str(number), 1, occurred_at=ago(20 - number))
    assert sql.rows("SELECT sum(discount) FROM sales_sale")[0][0] == 12
    nothing_changes()
    without = simulating.simulate(asked(without=("gives",)))["total"]
    assert float(without["discount_after"]) == 0


AT = clock.now()


def hours(number: float):
    return AT + timedelta(hours=number)


def past(**changes) -> Past:
    day = AT.date()
    return Past("PASS", 1, 1, "", hours(0), None, day, None, 1)._replace(**changes)


@pytest.mark.parametrize(
    ("coupon", "spans"),
    [
        (past(), [(1, 0, None)]),
        (past(customer_id=None), []),
        (past(used=((hours(3), None),)), [(1, 0, 3)]),
        (past(used=((hours(3), hours(5)),)), [(1, 0, 3), (1, 5, None)]),
        (past(used=((hours(3), hours(5)), (hours(5), None))), [(1, 0, 3)]),
        (past(uses=2, used=((hours(3), None), (hours(4), None))), [(1, 0, 4)]),
        (past(voided_at=hours(2), used=((hours(3), None),)), [(1, 0, 2)]),
        (past(customer_id=2, moves=(Move(1, hours(2)),)), [(1, 0, 2), (2, 2, None)]),
        (past(moves=(Move(None, hours(2)),)), [(1, 2, None)]),
        (past(customer_id=2, moves=(Move(1, hours(2)),), used=((hours(3), None),)), [(1, 0, 2), (2, 2, 3)]),
    ],
)
def test_when_a_coupon_was_held(coupon, spans):
    def hour(moment):
        return None if moment is None else round((moment - AT) / timedelta(hours=1))

    found = coupon_rules.held_spans(coupon)
    assert [(span.customer_id, hour(span.since), hour(span.until)) for span in found] == spans


def test_the_sale_that_uses_it_up_finds_it_and_the_one_that_is_given_it_does_not():
    span = HeldSpan(
        customer_id=1, template="PASS", since=hours(0), until=hours(3), active_from=AT.date(), expires_on=AT.date()
    )
    assert [span.covers(hours(number), AT.date()) for number in (0, 1, 3, 4)] == [False, True, True, False]
    assert not span.covers(hours(1), AT.date() + timedelta(days=1))
    assert not span.covers(hours(1), AT.date() - timedelta(days=1))


def test_a_repair_looks_at_what_was_held_then(chain):
    make_template("PASS")
    publish({"code": "nine", "when": {"is": "holds", "template": "PASS"}, "then": [{"give": "points", "points": 9}]})
    unknown = [chain.post_one(str(days), member(9), occurred_at=ago(days)) for days in (25, 10)]
    (customer,) = chain.enrol()
    code = held(customer)
    coupons.void_coupons(HEAD_OFFICE, [coupon_queries.for_sale([code], [])[0].id], "test")
    for one in unknown:
        services.repair_sale(HEAD_OFFICE, one.id, customer_id=customer)
    assert sql.rows("SELECT sale_id, points FROM sales_award") == [(unknown[1].id, 9)]


@pytest.mark.parametrize("asked", ["holds", "coupon"])
def test_an_offer_for_who_does_not_hold_it_is_tried_as_a_sale_would_get_it(chain, asked):
    make_template("PASS")
    chain.enrol()
    body = per_litre("others", when={"is": "not", "of": {"is": asked, "template": "PASS"}}, name="others")
    quote = services.try_offer(HEAD_OFFICE, a_sale("1", 1, tenders=()), language.decode(msgspec.json.encode(body)))
    assert off(quote) == "6.00"
    publish(body)
    assert off(post(chain, "2", 1)) == "6.00"
