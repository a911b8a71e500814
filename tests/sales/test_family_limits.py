"""Limits of a customer hold for everybody merged with it, apart again once parted; refunds count where their sale was."""

from datetime import date
from decimal import Decimal

import pytest

from forecourt.coupons import queries as coupon_queries
from forecourt.coupons import records as coupon_records
from forecourt.coupons import services as coupons
from forecourt.coupons.values import NewCoupon, Template
from forecourt.customers import services as customers
from forecourt.kernel import clock, sql
from forecourt.sales import queries, services
from forecourt.sales.values import NewRefund, Receipt
from tests.sales.scenes import HEAD_OFFICE, a_line, ago, catch_up, everything_proves, flat_books_agree
from tests.sales.test_offers import FIVE_OFF, per_litre, post, publish


def off(receipt: Receipt) -> str:
    return str(receipt.totals.discount)


@pytest.mark.parametrize("per", ["customer", "customer_day", "customer_month"])
def test_what_the_merged_customer_was_given_counts_for_the_survivor(real_chain, per):
    chain = real_chain
    publish(per_litre(budgets=[{"measure": "volume", "limit": "30", "per": per}]))
    survivor, merged, _other = chain.enrol(3)
    now = clock.now()
    assert off(post(chain, "1", 2, occurred_at=now)) == "6.00"
    merge = customers.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    assert off(post(chain, "2", 1, occurred_at=now)) == "3.00"
    assert off(post(chain, "3", 2, occurred_at=now)) == "0.00"
    assert off(post(chain, "4", 3, occurred_at=now)) == "6.00"
    customers.undo_merge(HEAD_OFFICE, merge)
    assert off(post(chain, "5", 1, occurred_at=now)) == "6.00"  # 10 of its 30 were taken while they were one
    assert off(post(chain, "6", 2, occurred_at=now)) == "3.00"
    catch_up()
    everything_proves()


def test_an_alias_that_is_asked_for_has_what_its_family_has(real_chain):
    publish(per_litre(budgets=[{"measure": "uses", "limit": "5", "per": "customer"}]))
    coupons.create_template(HEAD_OFFICE, Template(code="FIVE", name="FIVE", per_customer=1))
    publish(FIVE_OFF)
    survivor, merged = real_chain.enrol(2)
    codes = issue(survivor, merged)
    assert off(post(real_chain, "1", 1, coupons=codes[:1])) == "11.00"
    customers.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    (offer_id,) = [row[0] for row in sql.rows("SELECT id FROM offers_offer WHERE code = 'litre'")]
    (template_id,) = [row[0] for row in sql.rows("SELECT id FROM coupons_coupontemplate")]
    given = queries.given([survivor, merged], [offer_id], date.min)
    assert [sum(used.uses for used in given[one, offer_id]) for one in (survivor, merged)] == [1, 1]
    assert coupon_queries.used_by([merged], [template_id]) == {(merged, template_id): 1}
    catch_up()
    assert off(post(real_chain, "2", 2, coupons=codes[1:])) == "6.00"


def issue(*customer_ids: int) -> tuple[str, ...]:
    wanted = [NewCoupon(template="FIVE", customer_id=one, occurred_at=ago(2)) for one in customer_ids]
    return tuple(coupon.code for coupon in coupon_records.issue(wanted))


def test_a_refund_makes_room_on_the_day_of_its_sale_and_no_other(chain):
    publish(per_litre(budgets=[{"measure": "volume", "limit": "25", "per": "customer_day"}]))
    chain.enrol()
    sold = post(chain, "1", 1, occurred_at=ago(1))
    services.refund_sale(HEAD_OFFICE, sold.id, NewRefund(source_ref="r1"))
    assert off(post(chain, "2", 1, a_line("92", "50.000", "382.50"), occurred_at=clock.now())) == "7.50"
    assert off(post(chain, "3", 1, a_line("92", "50.000", "382.50"), occurred_at=ago(1))) == "7.50"
    flat_books_agree()


def test_a_refund_while_two_were_one_gives_the_survivor_nothing_once_they_are_parted(real_chain):
    publish(per_litre(budgets=[{"measure": "uses", "limit": "1", "per": "customer"}]))
    survivor, merged = real_chain.enrol(2)
    sold = post(real_chain, "1", 2)
    merge = customers.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    services.refund_sale(HEAD_OFFICE, sold.id, NewRefund(source_ref="r1"))
    assert off(post(real_chain, "2", 1)) == "6.00"
    customers.undo_merge(HEAD_OFFICE, merge)
    assert [off(post(real_chain, ref, 1)) for ref in "34"] == ["0.00", "0.00"]
    assert (
        Decimal(sql.rows("SELECT sum(uses) FROM sales_award WHERE customer_id = %(id)s", {"id": survivor})[0][0]) == 0
    )
    everything_proves()
