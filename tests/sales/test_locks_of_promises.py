"""Reservations end in the order in which everybody locks: all who have points in them at once, by their ids."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from msgspec.structs import replace

from forecourt.coupons import queries as coupons
from forecourt.coupons import records as coupon_records
from forecourt.customers import records as customer_records
from forecourt.customers import services as customers
from forecourt.kernel import clock, sql
from forecourt.loyalty import services as loyalty
from forecourt.sales import services
from forecourt.sales.values import NewSale, NewTender, Reserved
from tests.coupons.scenes import make_template
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, ago, everything_proves, points
from tests.sales.test_offers import left, per_litre, publish
from tests.sales.test_reservations import reserve, sale

GIVES_NEXT = {
    "code": "next",
    "then": [{"give": "coupon", "template": "NEXT"}],
    "budgets": [{"measure": "uses", "limit": "900"}],
}
PAID = (NewTender(kind="points", amount=Decimal("3.00")), NewTender(kind="cash", amount=Decimal("150.00")))
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def until_somebody_waits() -> None:
    end = time.monotonic() + 20
    while not sql.rows(WAITING)[0][0]:
        assert time.monotonic() < end, "nobody waits"
        time.sleep(0.01)


def release(wanted: NewSale, promised: Reserved) -> Any:
    return services.release_sale(HEAD_OFFICE, promised.reservation)


def expire(wanted: NewSale, promised: Reserved) -> Any:
    return services.expire_reservations(clock.now() + timedelta(days=1))


def post(wanted: NewSale, promised: Reserved) -> Any:
    return services.post_sales(HEAD_OFFICE, [replace(wanted, reservation=promised.reservation)])


def reserve_once_more(wanted: NewSale, promised: Reserved) -> Any:
    sql.run("UPDATE sales_reservation SET expires_at = expires_at - interval '1 day'")
    return reserve(replace(wanted, tenders=()))


@pytest.mark.parametrize("end", [release, expire, post, reserve_once_more])
def test_who_waits_for_a_payer_who_left_the_household_holds_nobody(real_chain, end: Callable[[NewSale, Reserved], Any]):
    chain = real_chain
    chain.publish(replace(PROGRAMME, household_shares=True), valid_from=ago(1))
    payer, buyer = chain.enrol(2)
    household = customers.make_household(HEAD_OFFICE, "", [payer, buyer])
    loyalty.adjust_points(HEAD_OFFICE, payer, 1000, "x")
    wanted = sale("1", 2, tenders=PAID)
    promised = reserve(wanted)
    customers.remove_from_household(HEAD_OFFICE, household, payer)
    assert points(payer) == 700

    def act() -> None:
        try:
            end(wanted, promised)
        finally:
            connection.close()

    thread = threading.Thread(target=act)
    with transaction.atomic():
        customer_records.lock([payer])
        thread.start()
        until_somebody_waits()
        sql.rows("SELECT id FROM customers_customer WHERE id = %(id)s FOR NO KEY UPDATE NOWAIT", {"id": buyer})
    thread.join(30)
    assert sql.rows("SELECT count(*) FROM sales_reservation WHERE outcome = '' AND promise ->> 'points' = '300'") == [
        (0,)
    ]
    everything_proves()


@pytest.mark.parametrize("end", [post, reserve_once_more])
def test_who_waits_for_a_template_with_what_expired_in_hand_holds_no_budget(
    real_chain, end: Callable[[NewSale, Reserved], Any]
):
    """Others who hold the template will want the budget next."""
    chain = real_chain
    make_template("NEXT", limit=5)
    publish(per_litre(budgets=[{"measure": "money", "limit": "900"}]), GIVES_NEXT)
    chain.enrol()
    wanted = sale("1")
    promised = reserve(wanted)
    sql.run("UPDATE sales_reservation SET expires_at = expires_at - interval '1 day'")

    def act() -> None:
        try:
            end(wanted, promised)
        finally:
            connection.close()

    thread = threading.Thread(target=act)
    with transaction.atomic():
        coupon_records.hold_room({"NEXT"}, coupons.live_templates())
        thread.start()
        until_somebody_waits()
        budgets = sql.rows("SELECT budget FROM offers_slot ORDER BY budget, slot FOR NO KEY UPDATE NOWAIT")
    thread.join(30)
    assert len(budgets) == 2
    assert left() == {"money:total": Decimal(894), "uses:total": Decimal(899)}
    services.expire_reservations(clock.now() + timedelta(days=1))
    everything_proves()
