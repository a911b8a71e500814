"""Coupon templates that change: a sale goes by what its template said when it is rated as of, however late it comes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from forecourt.coupons import queries as coupon_queries
from forecourt.coupons import services as coupons
from forecourt.coupons.values import CouponKind, Template
from forecourt.kernel import clock, sql
from forecourt.sales import services, wire
from forecourt.sales.services import simulating
from forecourt.sales.values import Receipt
from tests.coupons.scenes import give
from tests.sales.scenes import HEAD_OFFICE, a_line, a_sale, ago, day_of, flat_books_agree, member
from tests.sales.test_offers import post, publish
from tests.sales.test_repairs import repair
from tests.sales.test_reservations import reserve
from tests.sales.test_reservations import sale as wanted
from tests.sales.test_simulating import asked, draft, nothing_changes, sums, told

NEXT = {"code": "next", "when": {"is": "member"}, "then": [{"give": "coupon", "template": "FIVE"}]}
FIVE = {"code": "five", "when": {"is": "coupon", "template": "FIVE"}, "then": [{"give": "amount", "off": "5"}]}


def says(days: float, code: str = "FIVE", **what) -> None:
    """So many days ago the template began to say this."""
    template = Template(code=code, name=code, **what)
    is_new = not coupon_queries.templates([code])
    with clock.as_of(ago(days) if days else clock.now()):
        (coupons.create_template if is_new else coupons.change_template)(HEAD_OFFICE, template)


def given_by(receipt: Receipt) -> tuple:
    """The first and the last day of the coupon that a sale gave, and its uses."""
    ((first, last, uses),) = sql.rows(
        "SELECT active_from, expires_on, uses FROM coupons_coupon WHERE origin = %(origin)s",
        {"origin": f"sale:{receipt.id}"},
    )
    return first, last, uses


def refused(receipt: Receipt) -> list[str]:
    return [one.values["why"] for one in wire.decode_reasons(receipt.explanation) if one.code == "coupon.refused"]


def off(receipt: Receipt) -> Decimal:
    return receipt.totals.discount


def test_a_late_sale_gives_the_coupon_of_then(chain):
    says(20, delay_days=1, valid_days=10, uses=2)
    says(10, valid_days=5)
    publish(NEXT)
    chain.enrol()
    late, before, after = ago(11), ago(25), ago(9)
    sales = [a_sale(f"{at}", 1, tenders=(), occurred_at=at) for at in (late, before, after)]
    receipts = chain.post(*sales)
    for at, receipt in zip((late, before), receipts, strict=False):
        first = day_of(at) + timedelta(days=1)
        assert given_by(receipt) == (first, first + timedelta(days=9), 2)
    assert given_by(receipts[2]) == (day_of(after), day_of(after) + timedelta(days=4), 1)
    flat_books_agree()


def test_what_would_never_have_been_good_then_is_not_given_and_what_would_have_is(chain):
    says(20, valid_until=day_of(ago(-5)))
    says(10, delay_days=3, valid_days=5)
    says(4, delay_days=9, valid_until=day_of(ago(-20)))
    publish(NEXT)
    chain.enrol()
    assert given_by(post(chain, "1", 1, occurred_at=ago(12)))[1] == min(
        day_of(ago(12)) + timedelta(29), day_of(ago(-5))
    )
    assert given_by(post(chain, "2", 1, occurred_at=ago(6)))[0] == day_of(ago(6)) + timedelta(days=3)
    assert given_by(post(chain, "3", 1, occurred_at=ago(2)))[0] == day_of(ago(2)) + timedelta(days=9)


def test_limits_of_a_customer_are_those_of_then(chain):
    says(20)
    says(10, per_customer=2)
    says(5, per_customer=1)
    publish(FIVE)
    (customer,) = chain.enrol()
    codes = [
        coupon.code for one in range(5) for coupon in give("FIVE", customer, origin=f"o:{one}", occurred_at=ago(20))
    ]
    late = [
        post(chain, f"{at}", 1, coupons=(code,), occurred_at=ago(at)) for at, code in zip((7, 6), codes, strict=False)
    ]
    assert [off(one) for one in late] == [5, 5]
    third = post(chain, "third", 1, coupons=(codes[2],), occurred_at=ago(5.5))
    assert (off(third), refused(third)) == (0, ["customer_limit"])
    now = post(chain, "now", 1, coupons=(codes[2],), occurred_at=ago(1))
    assert (off(now), refused(now)) == (0, ["customer_limit"])
    assert off(post(chain, "early", 1, coupons=(codes[2],), occurred_at=ago(15))) == 5
    flat_books_agree()


def test_a_coupon_need_not_be_shown_when_it_need_not_then(chain):
    says(20, is_automatic=True)
    says(10)
    publish(FIVE)
    (customer,) = chain.enrol()
    for one in "ab":
        give("FIVE", customer, origin=f"o:{one}", occurred_at=ago(18))
    with sql.watching() as statements:
        assert off(post(chain, "now", 1, occurred_at=ago(1))) == 0
    assert not [text for text in statements if "WITH wanted AS" in text], "no coupon is looked for"
    assert off(post(chain, "late", 1, occurred_at=ago(12))) == 5
    says(8, is_automatic=True)
    assert off(post(chain, "between", 1, occurred_at=ago(9))) == 0
    assert off(post(chain, "again", 1, occurred_at=ago(3))) == 5


def test_one_code_for_everybody_is_good_on_the_days_of_then(chain):
    everybody = {"kind": CouponKind.GENERIC, "generic_code": "SUMMER26"}
    says(40, valid_days=20, **everybody)
    says(15, valid_days=0, **everybody)
    publish(FIVE, since=60)
    chain.enrol()
    assert refused(post(chain, "ended", 1, coupons=("SUMMER26",), occurred_at=ago(18))) == ["expired"]
    assert off(post(chain, "good", 1, coupons=("SUMMER26",), occurred_at=ago(25))) == 5
    assert off(post(chain, "later", 1, coupons=("SUMMER26",), occurred_at=ago(3))) == 5
    says(2, valid_days=30, **everybody)
    assert off(post(chain, "late", 1, coupons=("SUMMER26",), occurred_at=ago(4))) == 5
    assert refused(post(chain, "now", 1, coupons=("SUMMER26",), occurred_at=ago(1))) == ["expired"]
    nothing_changes()


def test_how_many_there_are_and_whether_it_is_issued_is_as_of_now(chain):
    says(20)
    publish(NEXT)
    chain.enrol()
    says(10, limit=1)
    assert len(post(chain, "1", 1, occurred_at=ago(15)).coupons) == 1
    assert len(post(chain, "2", 1, occurred_at=ago(14)).coupons) == 0
    says(8)
    coupons.retire_template(HEAD_OFFICE, "FIVE")
    assert len(post(chain, "3", 1, occurred_at=ago(13)).coupons) == 0
    coupons.revive_template(HEAD_OFFICE, "FIVE")
    assert len(post(chain, "4", 1, occurred_at=ago(12)).coupons) == 1
    flat_books_agree()


def test_a_promise_keeps_the_version_it_was_made_under(chain):
    says(20, valid_days=10, per_customer=1)
    publish(FIVE, {"code": "next", "then": [{"give": "coupon", "template": "WASH"}]})
    says(20, "WASH", valid_days=10, uses=3)
    (customer,) = chain.enrol()
    (coupon,) = give("FIVE", customer, origin="o:1", occurred_at=ago(3))
    promised = reserve(wanted(coupons=(coupon.code,)))
    says(0, per_customer=1, is_automatic=True)
    says(0, "WASH", valid_days=2)
    kept = post(chain, "1", 1, coupons=(coupon.code,), occurred_at=clock.now(), reservation=promised.reservation)
    assert off(kept) == 5
    first, last, uses = given_by(kept)
    assert (last - first, uses) == (timedelta(days=9), 3)
    other = post(chain, "2", 1, occurred_at=clock.now())
    first, last, uses = given_by(other)
    assert (last - first, uses) == (timedelta(days=1), 1)
    flat_books_agree()


def test_a_repair_gives_the_coupon_of_then(chain):
    says(20, valid_days=10, uses=2)
    publish(NEXT)
    receipt = post(chain, "1", None, occurred_at=ago(12), customer=member(1))
    assert receipt.coupons == ()
    says(5, valid_days=3)
    (customer,) = chain.enrol()
    mended = repair(receipt.id, customer_id=customer)
    first, last, uses = given_by(mended)
    assert (first, last - first, uses) == (day_of(ago(12)), timedelta(days=9), 2)
    flat_books_agree()


def changing() -> None:
    says(40, delay_days=0, valid_days=20, is_automatic=True, per_customer=3)
    says(20, valid_days=2, is_automatic=True)
    says(12, delay_days=2, valid_days=30, uses=2)
    says(6, valid_days=30, is_automatic=True, per_customer=6, worth=Decimal(2))


GIVES = {"code": "gives", "when": {"is": "visit", "number": 2, "every": True}, "then": NEXT["then"]}


def history() -> list:
    return [
        a_sale(f"{member}-{number}", member, a_line(), tenders=(), occurred_at=ago(35 - number * 1.7 - member / 10))
        for number in range(20)
        for member in (1, 2)
    ]


@pytest.mark.parametrize("size", [1, 40])
def test_days_before_and_after_changes_are_simulated_as_they_were(chain, size):
    changing()
    publish(GIVES, FIVE, since=60)
    chain.enrol(2)
    sales = sorted(history(), key=lambda sale: sale.occurred_at)
    for place in range(0, len(sales), size):
        chain.post(*sales[place : place + size])
    assert nothing_changes()["total"]["discount_after"] != "0.00"
    assert len(sql.rows("SELECT DISTINCT expires_on - active_from, uses FROM coupons_coupon")) == 4
    flat_books_agree()


def test_a_draft_over_days_before_and_after_changes_equals_posting_it_afresh(chain):
    changing()
    chain.enrol(2)
    sales = sorted(history(), key=lambda sale: sale.occurred_at)
    chain.post(*sales)
    found = simulating.simulate(asked(offers=draft(GIVES, FIVE)))
    for name in ("sales_claim", "sales_sale", "sales_line", "sales_award", "loyalty_entry", "loyalty_allocation"):
        sql.run(f"DELETE FROM {name}")
    sql.run("UPDATE loyalty_balance SET points = 0, sales = 0, last_sale_at = NULL")
    publish(GIVES, FIVE, since=60)
    chain.post(*sales)
    assert told(found["total"]) == sums()
    assert found["total"]["discount_after"] != "0.00"


def test_a_quote_says_it_as_of_its_moment(chain):
    says(20, per_customer=1)
    says(10, per_customer=2)
    publish(FIVE)
    (customer,) = chain.enrol()
    first, second = [give("FIVE", customer, origin=f"o:{one}", occurred_at=ago(20))[0].code for one in "ab"]
    assert off(post(chain, "1", 1, coupons=(first,), occurred_at=ago(15))) == 5
    quotes = services.quote_sales(
        HEAD_OFFICE,
        [a_sale(f"q{at}", 1, tenders=(), coupons=(second,), occurred_at=ago(at)) for at in (12, 2)],
    )
    assert [off(quote) for quote in quotes] == [0, 5]
