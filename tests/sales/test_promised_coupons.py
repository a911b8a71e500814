"""Coupons that are made void while a reservation holds them: good for its sale, and void if that does not come."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.coupons import queries as coupon_queries
from forecourt.coupons import records as coupon_records
from forecourt.coupons import services as coupons
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Conflict
from forecourt.sales import services
from forecourt.sales.values import NewRefund, NewTender, Receipt, Reserved
from tests.coupons.scenes import give, make_generic, make_template
from tests.sales.scenes import HEAD_OFFICE, a_line, flat_books_agree
from tests.sales.test_offers import post, publish
from tests.sales.test_promised_limits import with_coupon
from tests.sales.test_reservations import reserve, sale

NEXT_TIME = {
    "code": "next",
    "when": {"is": "volume", "at_least": "30"},
    "then": [{"give": "coupon", "template": "FIVE"}],
}
CASH = (NewTender(kind="cash", amount=Decimal("148.00")),)


def statuses() -> list[str]:
    return [row[0] for row in sql.rows("SELECT status FROM coupons_coupon ORDER BY id")]


def refund(receipt: Receipt, reference: str) -> None:
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref=reference))


def reserved_of_a_refunded_sale(chain, uses: int) -> tuple[Receipt, str, Reserved]:
    """A sale that gave a coupon, its code, and the promise that holds it now that the sale was refunded."""
    make_template("FIVE", uses=uses)
    publish(with_coupon("FIVE"), NEXT_TIME)
    chain.enrol()
    first = post(chain, "1", 1, a_line(), a_line())
    code = first.coupons[0].code
    promised = reserve(sale("2", coupons=(code,)))
    assert str(promised.totals.net) == "148.00"
    refund(first, "x1")
    flat_books_agree()
    return first, code, promised


@pytest.mark.parametrize("uses", [1, 2])
def test_a_coupon_that_a_refunded_sale_gave_serves_the_sale_it_is_reserved_for(chain, uses):
    _, code, promised = reserved_of_a_refunded_sale(chain, uses)
    other, kept, late = chain.post(
        sale("3", coupons=(code,)),
        sale("2", coupons=(code,), tenders=CASH, reservation=promised.reservation),
        sale("4", coupons=(code,)),
    )
    assert (other.offers, late.offers) == ((), ())
    assert (kept.totals, kept.flags) == (promised.totals, ())
    assert statuses() == ["used" if uses == 1 else "void"]
    flat_books_agree()
    refund(kept, "x2")
    assert statuses() == ["void"]
    assert sql.rows("SELECT count(*) FROM coupons_couponhold") == [(0,)]
    flat_books_agree()


@pytest.mark.parametrize("uses", [1, 2])
@pytest.mark.parametrize("is_released", [True, False])
def test_it_is_void_when_that_sale_does_not_come(chain, uses, is_released):
    _, code, promised = reserved_of_a_refunded_sale(chain, uses)
    if is_released:
        services.release_sale(HEAD_OFFICE, promised.reservation)
    else:
        services.expire_reservations(clock.now() + timedelta(days=1))
    assert statuses() == ["void"]
    assert not chain.post(sale("3", coupons=(code,)))[0].offers
    flat_books_agree()


def test_one_that_nobody_came_for_in_time_is_void_to_whoever_shows_it(chain):
    _, code, _ = reserved_of_a_refunded_sale(chain, 1)
    sql.run("UPDATE sales_reservation SET expires_at = expires_at - interval '1 day'")
    asked = sale("3", coupons=(code,))
    assert not services.quote_sales(HEAD_OFFICE, [asked])[0].offers
    assert not chain.post(asked)[0].offers
    assert statuses() == ["void"]
    flat_books_agree()


def by_hand() -> None:
    coupons.void_coupons(HEAD_OFFICE, [row[0] for row in sql.rows("SELECT id FROM coupons_coupon")], "x")


def with_its_batch() -> None:
    coupons.void_batch(HEAD_OFFICE, sql.rows("SELECT id FROM coupons_couponbatch")[0][0], "x")


@pytest.mark.parametrize(
    ("kind", "end"), [("own", by_hand), ("batch", with_its_batch), ("code", by_hand), ("any", by_hand)]
)
def test_whoever_makes_it_void_leaves_the_promise_alone(chain, kind: str, end: Callable[[], None]):
    publish(with_coupon("FIVE"))
    (customer,) = chain.enrol()
    if kind in ("code", "any"):
        make_generic("FIVE", "SUMMER26", **({"limit": 1} if kind == "code" else {}))
        code = "SUMMER26"
    else:
        make_template("FIVE")
        code = give("FIVE", customer)[0].code if kind == "own" else ""
    if kind == "batch":
        coupons.extend_batch(SYSTEM, coupons.create_batch(HEAD_OFFICE, "FIVE", "x", 1), 1)
        code = sql.rows("SELECT code FROM coupons_coupon")[0][0]
    wanted = sale("1", coupons=(code,), tenders=CASH)
    promised = reserve(wanted)
    end()
    (other,) = chain.post(sale("2", coupons=(code,)))
    (kept,) = chain.post(replace(wanted, reservation=promised.reservation))
    assert (other.offers, kept.totals, kept.flags) == ((), promised.totals, ())
    flat_books_agree()


def test_a_reserved_coupon_that_was_made_void_by_mistake_is_made_good_again(chain):
    _, code, promised = reserved_of_a_refunded_sale(chain, 1)
    (coupon,) = coupon_queries.for_sale([code], [])
    coupons.restore_coupon(HEAD_OFFICE, coupon.id, "a mistake")
    assert statuses() == ["reserved"]
    services.release_sale(HEAD_OFFICE, promised.reservation)
    assert statuses() == ["active"]
    with pytest.raises(Conflict, match="nothing to give back"):
        coupons.restore_coupon(HEAD_OFFICE, coupon.id, "again")


def test_what_gave_a_coupon_that_a_sale_under_way_uses_is_told_so(chain):
    make_template("FIVE")
    publish(with_coupon("FIVE"))
    (customer,) = chain.enrol()
    (coupon,) = give("FIVE", customer, origin="redemption:1")
    reserve(sale("1", coupons=(coupon.code,)))
    taken = coupon_records.void_issued_by(["redemption:1"])
    assert [one.coupon_id for one in taken.used] == [coupon.id]


def test_promises_that_share_a_code_are_all_kept_in_one_list_and_what_is_left_serves_others(chain):
    make_generic("FIVE", "SUMMER26", limit=3)
    publish(with_coupon("FIVE"))
    chain.enrol(4)
    promises = [reserve(sale(str(number), number, coupons=("SUMMER26",))).reservation for number in (1, 2)]
    receipts = chain.post(
        *[
            sale(str(number), number, coupons=("SUMMER26",), tenders=CASH, reservation=reservation)
            for number, reservation in enumerate(promises, 1)
        ],
        sale("3", 3, coupons=("SUMMER26",)),
        sale("4", 4, coupons=("SUMMER26",)),
    )
    assert [str(receipt.totals.net) for receipt in receipts] == ["148.00", "148.00", "148.00", "153.00"]
    assert statuses() == ["used"]
    flat_books_agree()
