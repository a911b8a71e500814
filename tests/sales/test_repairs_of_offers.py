"""Repairs and offers: the history of then, what was given stays, and nothing is handed over that was not."""

from decimal import Decimal

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.customers import services as customers
from forecourt.kernel import sql
from forecourt.organisation import queries as organisation
from forecourt.sales import queries, services, wire
from forecourt.sales.values import NewRefund, NewTender, RefundLine
from forecourt.sales.words import Reader, explanation
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    WATER,
    a_line,
    ago,
    catch_up,
    day_of,
    everything_proves,
    flat_books_agree,
    member,
    points,
    water,
)
from tests.sales.test_offers import costs, left, post, publish
from tests.sales.test_repairs import add_product, is_open, repair
from tests.sales.test_reservations import reserve
from tests.sales.test_reservations import sale as wanted

SUPPLIER = [{"funder": "supplier:aoke", "percent": "100"}]
TWO_BOTTLES = {"give": "gift", "product": WATER, "count": 2}
NEW = a_line("new", "1", "10.00")


def bonus(code: str, given: int, **when) -> dict:
    return {"code": code, "then": [{"give": "points", "points": given}]} | ({"when": when} if when else {})


def told(receipt) -> list[str]:
    reasons = wire.decode_reasons(receipt.explanation)
    return [words for _, words in explanation(reasons, organisation.company(), PROGRAMME, Reader.CUSTOMER)]


def given(receipt) -> set[str]:
    return {offer.code for offer in receipt.offers}


def goods() -> list[tuple]:
    return sql.rows("SELECT offer, funder, gifts::text FROM sales_award ORDER BY 1, 2")


def mended(receipt, *, to: int | None = None, product: str = "new"):
    """The sale rated anew once its product is known, as its member's or as another's."""
    if not sql.rows("SELECT FROM catalogue_productcode WHERE code = %(code)s", {"code": product}):
        add_product(product)
    return repair(receipt.id, customer_id=to)


def test_what_nobody_handed_over_is_not_booked_and_the_receipt_says_why(chain):
    costs(WATER, "3.20")
    publish(
        {"code": "gift", "when": {"is": "member"}, "then": [TWO_BOTTLES], "funding": SUPPLIER},
        {
            "code": "both",
            "when": {"is": "member"},
            "then": [TWO_BOTTLES, {"give": "points", "points": 9}],
            "funding": SUPPLIER,
        },
    )
    sale = chain.post_one("1", member(1))
    (customer_id,) = chain.enrol()
    receipt = repair(sale.id, customer_id=customer_id)
    assert [(one.code, one.gifts, one.points) for one in receipt.offers] == [("both", (), 9)]
    assert goods() == [("both", "supplier:aoke", "0.0000")]
    assert "“gift”: goods are handed over only while it is being sold." in told(receipt)
    assert "You got 9 points (without goods: they are handed over only while it is being sold) with “both”." in told(
        receipt
    )
    flat_books_agree()


def test_what_was_handed_over_stays_with_who_pays_for_it_whoever_the_sale_is(chain):
    costs(WATER, "3.20")
    publish(
        {"code": "gift", "when": {"is": "first_purchase"}, "then": [TWO_BOTTLES], "funding": SUPPLIER},
        bonus("new", 50, **{"is": "bought", "of": {"products": ["new"]}}),
    )
    _first, second = chain.enrol(2)
    chain.post_one("before", 2, occurred_at=ago(3))
    sale = chain.post_one("1", 1, a_line(), NEW)
    assert goods()[-1:] == [("gift", "supplier:aoke", "6.4000")]
    receipt = mended(sale)
    assert (given(receipt), receipt.points.earned) == ({"gift"}, 30)
    kept = "The sale was rated anew. What offers gave when it was sold stands; they give nothing more."
    assert kept in told(receipt)
    chain.enrol()
    moved = mended(chain.post_one("2", 3, a_line("newer", "1", "10.00")), to=second, product="newer")
    assert [row for row in goods() if row[0] == "gift"] == [("gift", "supplier:aoke", "6.4000")] * 3
    assert given(moved) == {"gift"}
    assert kept in told(moved)
    flat_books_agree()


HABITS = (
    bonus("first", 50, **{"is": "first_purchase"}),
    bonus("second", 40, **{"is": "visit", "number": 2}),
    bonus("back", 30, **{"is": "since_last", "at_least": 3, "at_most": 5}),
)


def test_a_repair_looks_at_the_visits_before_the_sale_and_at_none_after_it(chain):
    publish(*HABITS)
    chain.enrol()
    first = chain.post_one("1", 1, NEW, occurred_at=ago(20))
    second = chain.post_one("2", 1, NEW, occurred_at=ago(16))
    chain.post_one("3", 1, occurred_at=ago(2))
    assert [given(mended(sale)) for sale in (second, first)] == [{"second", "back"}, {"first"}]
    assert points(queries.sale(HEAD_OFFICE, first.id).customer_id) == 10 + 50 + 10 + 40 + 30 + 20
    flat_books_agree()


def test_what_was_refunded_by_then_was_no_visit_and_what_was_refunded_later_was(chain):
    publish(*HABITS)
    chain.enrol()
    early = chain.post_one("1", 1, occurred_at=ago(30))
    services.refund_sale(HEAD_OFFICE, early.id, NewRefund(source_ref="r1", occurred_at=ago(29)))
    once = chain.post_one("2", 1, NEW, occurred_at=ago(20))
    twice = chain.post_one("3", 1, NEW, occurred_at=ago(10))
    services.refund_sale(HEAD_OFFICE, once.id, NewRefund(source_ref="r2"))
    assert given(mended(twice)) == {"second"}
    assert given(mended(once)) == set(), "nothing is left of it"
    flat_books_agree()


def test_a_sale_that_comes_to_another_member_is_theirs_as_of_then(chain):
    publish(*HABITS)
    _first, second = chain.enrol(2)
    post(chain, "before", 2, occurred_at=ago(9))
    stranger = chain.post_one("1", member(9), occurred_at=ago(5))
    post(chain, "after", 2, occurred_at=ago(1))
    assert given(repair(stranger.id, customer_id=second)) == {"second", "back"}
    flat_books_agree()


def test_it_is_rated_in_the_tier_of_then(chain):
    publish(
        {
            "code": "gold",
            "when": {"is": "tier", "of": ["silver"]},
            "then": [{"give": "points", "points": 7}],
            "budgets": [{"measure": "uses", "limit": "5"}],
        },
        bonus("basic", 3, **{"is": "tier", "of": ["basic"]}),
    )
    (customer_id,) = chain.enrol()
    services.review_tiers(HEAD_OFFICE, day_of(ago(6)))
    early = chain.post_one("1", member(9), occurred_at=ago(5.5))
    own = chain.post_one("2", 1, NEW, occurred_at=ago(5.4))
    chain.post_one("3", 1, a_line("92", "90.000", "688.50"), occurred_at=ago(5))
    services.review_tiers(HEAD_OFFICE, day_of(ago(3)))
    late = chain.post_one("4", member(9), occurred_at=ago(2))
    found = [repair(sale.id, customer_id=customer_id) for sale in (early, late)]
    assert [(receipt.tier, given(receipt)) for receipt in found] == [("basic", {"basic"}), ("silver", {"gold"})]
    assert (mended(own).tier, left()) == ("basic", {"uses:total": Decimal(4)})
    flat_books_agree()


def test_a_repaired_sale_leaves_a_limit_to_the_reservation_that_holds_it(chain):
    publish(bonus("once", 50) | {"budgets": [{"measure": "uses", "limit": "1", "per": "customer"}]})
    (customer_id,) = chain.enrol()
    promised = reserve(wanted("r"))
    stranger = chain.post_one("1", member(7))
    receipt = repair(stranger.id, customer_id=customer_id)
    assert (given(receipt), receipt.points.earned) == (set(), 20)
    (kept,) = chain.post(wanted("r", reservation=promised.reservation))
    assert (given(kept), kept.points.earned) == ({"once"}, 70)
    flat_books_agree()


def test_offers_give_only_for_what_refunds_have_left(chain):
    publish(
        {"code": "each", "then": [{"give": "points", "points": 1, "every": "1", "of": {"products": [WATER, "new"]}}]},
    )
    (customer_id,) = chain.enrol()
    customers.block_customer(HEAD_OFFICE, customer_id, "lost card")
    sale = chain.post_one("1", 1, water(4), NEW)
    services.refund_sale(
        HEAD_OFFICE, sale.id, NewRefund(source_ref="r1", lines=(RefundLine(line=1, quantity=Decimal(3)),))
    )
    customers.unblock_customer(HEAD_OFFICE, customer_id, "found it")
    assert mended(sale).points.earned == 5 + 10 + 5 + 10 + 15 - 15
    assert points(customer_id) == 30
    flat_books_agree()
    services.refund_sale(HEAD_OFFICE, sale.id, NewRefund(source_ref="r2"))
    assert points(customer_id) == 0
    flat_books_agree()


def test_coupons_of_a_merged_members_sale_go_to_whom_they_are_now(real_chain):
    coupons.create_template(HEAD_OFFICE, Template(code="NEXT", name="NEXT"))
    publish({"code": "next", "then": [{"give": "coupon", "template": "NEXT"}]})
    survivor, merged = real_chain.enrol(2)
    sale = real_chain.post_one("1", 2, NEW)
    customers.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    catch_up()
    assert given(mended(sale)) == {"next"}
    assert sql.rows("SELECT customer_id FROM coupons_coupon") == [(survivor,)]
    everything_proves()


def test_offers_are_not_asked_again_where_nothing_new_is_known(chain):
    publish(
        bonus("once", 50) | {"budgets": [{"measure": "uses", "limit": "1"}]},
        *HABITS,
    )
    chain.enrol(2)
    other = chain.post_one("0", 2, occurred_at=ago(9))
    for ref in "12":
        chain.post_one(ref, 1, occurred_at=ago(1))
    too_little = (NewTender(kind="cash", amount=Decimal(1)),)
    late = chain.post_one("late", 1, occurred_at=ago(20), tenders=too_little)
    services.refund_sale(HEAD_OFFICE, other.id, NewRefund(source_ref="r1"))
    before = (left(), late.points)
    receipt = repair(late.id)
    assert (left(), receipt.points) == before == ({"uses:total": Decimal(1)}, late.points)
    assert (given(late), given(receipt)) == (set(), set())
    assert is_open(late.id)
    flat_books_agree()
