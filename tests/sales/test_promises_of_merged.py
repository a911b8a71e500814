"""A customer who is merged into another while a sale is under way: what was promised is the survivor's."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.coupons import records as coupon_records
from forecourt.coupons.values import NewCoupon
from forecourt.customers import services as customers
from forecourt.kernel import clock, sql
from forecourt.loyalty import services as loyalty
from forecourt.sales import services
from forecourt.sales.values import NewTender
from tests.coupons.scenes import make_template
from tests.sales.scenes import HEAD_OFFICE, ago, catch_up, everything_proves, points
from tests.sales.test_offers import per_litre, publish
from tests.sales.test_promised_limits import ONCE, TEN_OFF, with_coupon
from tests.sales.test_reservations import reserve, sale

PAID = (NewTender(kind="points", amount=Decimal("3.00")), NewTender(kind="cash", amount=Decimal("129.00")))


def two_members(chain, *, is_automatic: bool = False) -> tuple[int, int, tuple[str, ...]]:
    """Two members; the second one, who has 1,000 points, with a coupon worth 5.00, and the codes they must show."""
    publish(with_coupon("FIVE"), TEN_OFF, per_litre(budgets=[{"measure": "money", "limit": "6.00"}]))
    make_template("FIVE", is_automatic=is_automatic, per_customer=1)
    survivor, merged = chain.enrol(2)
    loyalty.adjust_points(HEAD_OFFICE, merged, 1000, "x")
    (coupon,) = coupon_records.issue([NewCoupon(template="FIVE", customer_id=merged, occurred_at=ago(2))])
    return survivor, merged, () if is_automatic else (coupon.code,)


@pytest.mark.parametrize("is_automatic", [True, False])
@pytest.mark.parametrize("is_late", [True, False])
def test_a_promise_follows_its_customer_to_the_survivor(real_chain, is_automatic, is_late):
    chain = real_chain
    survivor, merged, codes = two_members(chain, is_automatic=is_automatic)
    wanted = sale("1", 2, coupons=codes, tenders=PAID)
    promised = reserve(wanted)
    assert str(promised.totals.net) == "132.00"
    customers.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    if not is_late:
        catch_up()
    (kept,) = chain.post(replace(wanted, reservation=promised.reservation))
    assert (kept.customer_id, kept.totals, kept.flags, kept.points.spent) == (survivor, promised.totals, (), 300)
    assert sql.rows("SELECT outcome, sale_id FROM sales_reservation") == [("posted", kept.id)]
    assert sql.rows("SELECT status, used_by FROM coupons_coupon") == [("used", survivor)]
    catch_up()
    assert (points(survivor), points(merged)) == (720, 0)
    (late,) = chain.post(sale("2", 1))
    assert not late.offers
    everything_proves()


def test_what_was_promised_before_a_merge_is_promised_still_and_can_be_let_go(real_chain):
    chain = real_chain
    survivor, merged, codes = two_members(chain)
    wanted = sale("1", 2, coupons=codes, tenders=PAID)
    promised = reserve(wanted)
    customers.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    catch_up()
    assert reserve(wanted) == replace(promised, customer_id=survivor)
    services.release_sale(HEAD_OFFICE, promised.reservation)
    assert (points(survivor), points(merged)) == (1000, 0)
    assert sql.rows("SELECT status FROM coupons_coupon") == [("active",)]
    everything_proves()


def test_a_number_that_is_anothers_by_now_does_not_bring_the_promise_along(chain):
    publish(TEN_OFF | {"budgets": [*ONCE, {"measure": "uses", "limit": "1"}]})
    first, second = chain.enrol(2)
    wanted = sale("1", 1)
    promised = reserve(wanted)
    (number,) = sql.rows("SELECT id FROM customers_identity WHERE customer_id = %(id)s", {"id": first})
    sql.run("UPDATE customers_identity SET customer_id = %(to)s WHERE id = %(id)s", {"to": second, "id": number[0]})
    (other,) = chain.post(sale("2", 1, reservation=promised.reservation))
    assert (other.customer_id, other.offers) == (second, ())
    again = reserve(wanted)
    assert (again.customer_id, again.totals) == (second, promised.totals)
    assert again.reservation != promised.reservation
    (kept,) = chain.post(replace(wanted, occurred_at=clock.now(), reservation=again.reservation))
    assert kept.totals == promised.totals
