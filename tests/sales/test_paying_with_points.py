"""Points as money at the till: how many may pay, of whom, and what is said and taken where they may not."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from forecourt.customers import services as customers
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import clock, sql
from forecourt.kernel.problems import Problem
from forecourt.loyalty import services as loyalty
from forecourt.loyalty.values import Programme, SpendBy
from forecourt.sales import services
from forecourt.sales.values import NewRefund, NewSale, NewTender, Quote, RefundLine
from forecourt.sales.wire import decode_reasons
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    Chain,
    a_line,
    a_sale,
    ago,
    flat_books_agree,
    member,
    points,
    water,
)
from tests.sales.test_offers import FIVE_OFF, issue, per_litre, publish

STEPS = replace(PROGRAMME, spend_minimum=200, spend_step=100)


def ruled(chain: Chain, programme: Programme, *held: int) -> list[int]:
    """Members with so many points, under this programme."""
    chain.publish(programme, valid_from=ago(20))
    members = chain.enrol(len(held))
    for customer_id, count in zip(members, held, strict=True):
        if count:
            loyalty.adjust_points(HEAD_OFFICE, customer_id, count, "测试")
    return members


def paid(worth: str, rest: str = "") -> tuple[NewTender, ...]:
    money = (NewTender(kind="cash", amount=Decimal(rest)),) if rest else ()
    return (NewTender(kind="points", amount=Decimal(worth)), *money)


def now(ref: str, who: Any, *lines: Any, **changes: Any) -> NewSale:
    return a_sale(ref, who, *lines, **{"tenders": (), "occurred_at": clock.now()} | changes)


def quote(*args: Any, **changes: Any) -> Quote | Problem:
    (answer,) = services.quote_sales(HEAD_OFFICE, [now(*args, **changes)])
    return answer


def reserve(*args: Any, **changes: Any) -> Any:
    (answer,) = services.reserve_sales(HEAD_OFFICE, [now(*args, **changes)])
    return answer


def may_pay(answer: Any) -> tuple[int, str]:
    return answer.points_payable, str(answer.payable_worth)


def test_a_till_is_told_how_many_points_may_pay(chain):
    _, _, poor = ruled(chain, STEPS, 1250, 330, 150)
    publish(per_litre())
    assert may_pay(quote("1", 1, water(1))) == (500, "5.00")
    assert may_pay(quote("1", 1)) == (1200, "12.00")
    assert may_pay(reserve("1", 1, tenders=paid("12.00"))) == (1200, "12.00")
    assert may_pay(quote("1", 1)) == (0, "0.00"), "what is held elsewhere cannot pay"
    assert may_pay(quote("1", 2)) == (300, "3.00")
    assert may_pay(quote("1", 3)) == (0, "0.00")
    assert may_pay(quote("1", None)) == (0, "0.00")
    assert may_pay(quote("1", 2, a_line("92", "-1.000", "-7.65"))) == (0, "0.00")
    assert points(poor) == 150


def test_quotes_of_any_number_take_the_same_statements(chain):
    ruled(chain, replace(STEPS, household_shares=True), *[300] * 12)
    counts = []
    for size in (12, 1, 12):  # the first one fills what a process remembers
        with sql.watching() as statements:
            services.quote_sales(HEAD_OFFICE, [now(str(number), number) for number in range(1, size + 1)])
        counts.append(len(statements))
    assert counts[1] == counts[2]


@pytest.mark.parametrize(
    ("worth", "said"),
    [("0.03", "3 points are fewer than can be spent at once; spend 200"), ("2.50", "spend 200 or 300")],
)
def test_too_few_points_or_not_in_steps_are_refused_before_and_flagged_after_the_sale(chain, worth, said):
    (customer,) = ruled(chain, STEPS, 1000)
    tenders = paid(worth, str(Decimal("153.00") - Decimal(worth)))
    for answer in (quote("1", 1, tenders=tenders), reserve("1", 1, tenders=tenders)):
        assert (answer.type, list(answer.fields)) == ("invalid", ["tenders.0.amount"])
        assert said in answer.detail
    receipt = chain.post_one("1", 1, tenders=tenders)
    assert receipt.flags == ("points_uneven",)
    assert receipt.points.spent == int(Decimal(worth) * 100)
    assert points(customer) == 1020 - receipt.points.spent
    flat_books_agree()


def test_points_beyond_what_a_sale_is_due_are_not_taken(chain):
    (customer,) = ruled(chain, PROGRAMME, 3000)
    publish(per_litre())
    whole = chain.post_one("1", 1, a_line("92", "2.000", "15.90"), tenders=paid("25.00"), pricing="offers")
    assert str(whole.totals.net) == "15.30"
    assert (whole.points.spent, whole.flags) == (1530, ("tender_mismatch",))
    assert points(customer) == 3000 - 1530 + whole.points.earned == whole.points.balance
    part = services.refund_sale(
        HEAD_OFFICE, whole.id, NewRefund(source_ref="r1", lines=(RefundLine(line=1, quantity=Decimal(1)),))
    )
    rest = services.refund_sale(HEAD_OFFICE, whole.id, NewRefund(source_ref="r2"))
    assert part.points.spent + rest.points.spent == -1530
    assert points(customer) == 3000
    flat_books_agree()


def test_a_blocked_members_points_and_coupons_give_nothing(chain):
    customer, relative = ruled(chain, replace(PROGRAMME, household_shares=True), 1000, 0)
    customers.make_household(HEAD_OFFICE, "", [customer, relative])
    publish(FIVE_OFF)
    code = issue("FIVE", customer)
    tenders = paid("3.00", "150.00")
    assert chain.post_one("0", 2, tenders=tenders).points.spent == 300
    customers.block_customer(HEAD_OFFICE, customer, "欠款")
    for answer in (quote("1", 1, tenders=tenders), reserve("1", 1, tenders=tenders)):
        assert (answer.type, list(answer.fields)) == ("points-refused", ["customer"])
        assert "blocked" in answer.detail
    assert may_pay(quote("1", 1)) == (0, "0.00")
    theirs = chain.post_one("1", 1, tenders=tenders, coupons=(code,))
    assert theirs.flags == ("blocked_customer", "points_refused")
    assert (theirs.points.spent, str(theirs.totals.discount)) == (0, "0.00")
    refused = [reason.values for reason in decode_reasons(theirs.explanation) if reason.code == "coupon.refused"]
    assert refused == [{"code": code, "why": "blocked"}]
    short = chain.post_one("2", 2, tenders=tenders)
    assert (short.points.spent, short.flags) == (0, ("points_short",))
    assert points(customer) == 700
    customers.unblock_customer(HEAD_OFFICE, customer, "已还清")
    assert str(chain.post_one("3", 1, coupons=(code,), tenders=()).totals.discount) == "5.00"
    flat_books_agree()


def test_a_phone_number_alone_does_not_spend_points_unless_the_programme_lets_it(chain):
    (customer,) = ruled(chain, replace(PROGRAMME, spend_by=SpendBy.PROVEN), 1000)
    tenders = paid("3.00", "150.00")
    shown = CustomerClaim(id=customer)
    for answer in (quote("1", 1, tenders=tenders), reserve("1", 1, tenders=tenders)):
        assert (answer.type, list(answer.fields)) == ("points-refused", ["customer"])
        assert "scan the card or the member code" in answer.detail
    assert may_pay(quote("1", 1)) == (0, "0.00")
    assert may_pay(quote("1", shown)) == (1000, "10.00")
    typed = chain.post_one("1", 1, tenders=tenders)
    assert (typed.points.spent, typed.points.earned, typed.flags) == (0, 20, ("points_refused",))
    assert chain.post_one("2", shown, tenders=tenders).points.spent == 300
    assert points(customer) == 1000 - 300 + 40
    promised = reserve("3", shown, tenders=tenders)
    kept = chain.post_one("3", member(1), tenders=tenders, occurred_at=clock.now(), reservation=promised.reservation)
    assert (kept.points.spent, kept.flags) == (300, ())
    chain.publish(PROGRAMME, valid_from=clock.now())
    assert quote("4", 1, tenders=tenders).flags == ()
    flat_books_agree()


def test_points_that_a_reservation_holds_are_for_its_sale_whatever_comes_first_in_a_list(chain):
    (customer,) = ruled(chain, PROGRAMME, 500)
    promised = reserve("held", 1, tenders=paid("3.00", "150.00"))
    own = replace(now("held", 1, tenders=paid("3.00", "150.00")), reservation=promised.reservation)
    other, kept = chain.post(now("other", 1, tenders=paid("3.00", "150.00")), own)
    assert (other.points.spent, other.flags) == (0, ("points_short",))
    assert (kept.points.spent, kept.flags) == (300, ())
    assert points(customer) == 200 + other.points.earned + kept.points.earned
    flat_books_agree()
