"""Reservations that expired and were not swept up yet: they bar neither their own sale nor others from what they hold."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.kernel import clock, sql
from forecourt.loyalty import services as loyalty
from forecourt.sales import services
from forecourt.sales.values import NewTender
from tests.coupons.scenes import give, make_template
from tests.sales.scenes import HEAD_OFFICE, flat_books_agree, points
from tests.sales.test_offers import issue, left, per_litre, publish
from tests.sales.test_promised_limits import TEN_OFF, with_coupon
from tests.sales.test_reservations import reserve, sale

PAID = (NewTender(kind="points", amount=Decimal("3.00")), NewTender(kind="cash", amount=Decimal("129.00")))
LITRES = per_litre(budgets=[{"measure": "money", "limit": "6.00"}])


def let_expire() -> None:
    sql.run("UPDATE sales_reservation SET expires_at = expires_at - interval '1 hour'")


def outcomes() -> list[str]:
    return [row[0] for row in sql.rows("SELECT outcome FROM sales_reservation ORDER BY made_at")]


@pytest.mark.parametrize("again", [False, True])
def test_the_sale_that_comes_late_finds_what_was_held_for_it(chain, again):
    publish(with_coupon("FIVE"), TEN_OFF, LITRES)
    (customer,) = chain.enrol()
    loyalty.adjust_points(HEAD_OFFICE, customer, 300, "x")
    wanted = sale(coupons=(issue("FIVE", customer, per_customer=1),), tenders=PAID)
    promised = reserve(wanted)
    let_expire()
    if again:
        promised = reserve(wanted)
        assert outcomes() == [""]
    (kept,) = chain.post(replace(wanted, reservation=promised.reservation))
    assert (str(kept.totals.net), kept.points.spent, kept.flags) == ("132.00", 300, ())
    assert (outcomes(), points(customer)) == (["posted" if again else "expired"], 20)
    assert services.expire_reservations(clock.now() + timedelta(hours=2)) == 0
    assert sql.rows("SELECT status FROM coupons_coupon") == [("used",)]
    flat_books_agree()


def test_what_is_late_is_rated_by_the_rules_of_now(chain):
    publish(TEN_OFF)
    chain.enrol(2)
    promised = reserve(sale("1"))
    let_expire()
    assert chain.post(sale("2"))[0].offers
    assert not chain.post(sale("1", reservation=promised.reservation))[0].offers
    flat_books_agree()


def test_one_of_somebody_else_is_left_to_the_sweep(chain):
    publish(per_litre(budgets=[{"measure": "uses", "limit": "1"}]))
    chain.enrol(2)
    promised = reserve(sale("1"))
    let_expire()
    assert not chain.post(sale("2", 2, reservation=promised.reservation))[0].offers
    assert (outcomes(), left()) == ([""], {"uses:total": Decimal(0)})
    services.expire_reservations(clock.now())
    assert left() == {"uses:total": Decimal(1)}


def test_a_coupon_that_nobody_came_for_in_time_serves_whoever_shows_it(chain):
    publish(with_coupon("FIVE"))
    make_template("FIVE")
    chain.enrol(2)
    (coupon,) = give("FIVE", None)
    late = sale("1", coupons=(coupon.code,))
    promised = reserve(late)
    (other,) = chain.post(sale("2", 2, coupons=(coupon.code,)))
    assert not other.offers
    let_expire()
    (quote,) = services.quote_sales(HEAD_OFFICE, [sale("3", 2, coupons=(coupon.code,))])
    assert str(quote.totals.discount) == "5.00"
    assert sql.rows("SELECT status FROM coupons_coupon") == [("reserved",)]
    next_one = reserve(sale("3", 2, coupons=(coupon.code,)))
    assert str(next_one.totals.discount) == "5.00"
    services.expire_reservations(clock.now())
    (too_late,) = chain.post(replace(late, reservation=promised.reservation))
    assert not too_late.offers
    (kept,) = chain.post(sale("3", 2, coupons=(coupon.code,), reservation=next_one.reservation))
    assert str(kept.totals.discount) == "5.00"
    assert sql.rows("SELECT count(*) FROM coupons_couponhold") == [(0,)]
    flat_books_agree()
