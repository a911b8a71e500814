"""Refunds: a sale and its whole refund leave every ledger as it was, in whatever parts it is taken back."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from msgspec.structs import replace

from forecourt.customers import services as customer_services
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.loyalty import services as loyalty_services
from forecourt.loyalty.values import NegativeBalance
from forecourt.sales import permissions, queries, services, wire
from forecourt.sales.values import NewRefund, RefundLine
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    a_line,
    a_return,
    a_sale,
    ago,
    catch_up,
    count,
    day_of,
    events,
    everything_proves,
    flat_books_agree,
    lots,
    open_chain,
    points,
    water,
)


def refund(sale_id, ref="r1", *lines, **more):
    wanted = tuple(
        RefundLine(line=line) if isinstance(line, int) else RefundLine(line=line[0], quantity=Decimal(line[1]))
        for line in lines
    )
    return services.refund_sale(HEAD_OFFICE, sale_id, NewRefund(source_ref=ref, lines=wanted or None, **more))


BASKET = (
    a_line("92", "33.333", "254.99"),
    a_line("6901234567892", "3", "14.00", discount=Decimal("1.00")),
    a_line("unheard-of", "1", "9.90"),
)


@pytest.mark.parametrize(
    "parts",
    [
        [()],
        [(1,), (2,), (3,)],
        [(3,), (1, 2)],
        [((1, "0.001"),), ((1, "11.111"), 2), ()],
        [((2, "1"),), ((2, "1"),), ((2, "1"),), ((1, "33.332"),), (3,), ()],
        [((1, "16.667"), (2, "2"), 3), ((1, "16.666"), (2, "1"))],
    ],
)
@pytest.mark.parametrize("tier", ["basic", "silver"])
def test_a_sale_refunded_in_any_parts_leaves_the_books_as_they_were(chain, parts, tier):
    (customer_id,) = chain.enrol()
    chain.post_one("before", 1, water(101), occurred_at=ago(40))
    if tier == "silver":
        services.review_tiers(chain.actor, day_of(ago(0)))
    before = (points(customer_id), lots(customer_id))
    sale = chain.post_one("1", 1, *BASKET)
    assert sale.tier == tier
    for number, lines in enumerate(parts):
        refund(sale.id, f"r{number}", *lines)
        flat_books_agree()
    assert (points(customer_id), lots(customer_id)) == before
    assert sql.rows(
        "SELECT sum(net), sum(fuel_quantity), sum(points_earned) FROM sales_sale WHERE source_ref <> 'before'"
    ) == [(0, 0, 0)]
    with pytest.raises(Invalid, match="refunded whole"):
        refund(sale.id, "once more")


def test_a_refund_of_a_line_says_what_it_took_back(chain):
    (customer_id,) = chain.enrol()
    sale = chain.post_one("1", 1, a_line(), water(10))
    receipt = refund(sale.id, "r1", (2, "4"), reason="wrong goods", staff="E9")
    assert receipt.customer_id == customer_id
    assert str(receipt.totals.net) == "-20.00"
    assert receipt.points.earned == -20
    assert receipt.points.balance == points(customer_id) == 50
    (reason,) = wire.decode_reasons(receipt.explanation)
    assert (reason.code, reason.values) == ("refund.of", {"reason": "wrong goods"})
    assert queries.sale(HEAD_OFFICE, sale.id).refunds == (receipt.id,)
    assert events("sale.refunded.v1")[0]["refund_of"] == str(sale.id)
    assert sql.rows("SELECT reason FROM kernel_audit WHERE action = 'sale.refund'") == [("wrong goods",)]


def test_a_refund_is_replayed_under_its_name_and_a_conflict_with_other_contents(chain):
    chain.enrol()
    sale = chain.post_one("1", 1, a_line(), water(10))
    first = refund(sale.id, "r1", (2, "4"))
    assert refund(sale.id, "r1", (2, "4")) == replace(first, replayed=True)
    with pytest.raises(Conflict, match="'r1' from 'pos-1' already names"):
        refund(sale.id, "r1", (2, "5"))
    with pytest.raises(Conflict):
        refund(sale.id, "1")
    assert count("sales_sale") == 2
    flat_books_agree()


def test_a_whole_refund_is_replayed_too(chain):
    sale = chain.post_one("1")
    first = refund(sale.id)
    assert refund(sale.id) == replace(first, replayed=True)


def test_more_than_was_sold_is_refused(chain):
    sale = chain.post_one("1", None, water(2))
    refund(sale.id, "r1", (1, "1.5"))
    with pytest.raises(Invalid, match=r"0\.501 cannot be taken from the 0\.5 that are left"):
        refund(sale.id, "r2", (1, "0.501"))
    flat_books_agree()


def test_a_refund_cannot_be_refunded(chain):
    sale = chain.post_one("1")
    with pytest.raises(Conflict, match="is itself a refund"):
        refund(refund(sale.id).id, "r2")


def test_a_refund_lies_between_the_sale_and_now(chain):
    sale = chain.post_one("1", occurred_at=ago(3))
    for wrong in (ago(4), clock.now() + timedelta(days=1)):
        with pytest.raises(Invalid, match="must lie between the sale"):
            refund(sale.id, occurred_at=wrong)
    moment = ago(2)
    refund(sale.id, occurred_at=moment)
    assert sql.rows("SELECT occurred_at FROM sales_sale WHERE refund_of IS NOT NULL") == [(moment,)]


def test_a_sale_of_another_station_is_not_to_be_found(chain):
    sale = chain.post_one("1")
    stranger = Actor(
        kind="staff", name="E1", permissions=frozenset({permissions.REFUND, permissions.VIEW}), stations=frozenset({0})
    )
    for attempt in (
        lambda: services.refund_sale(stranger, sale.id, NewRefund(source_ref="r")),
        lambda: queries.sale(stranger, sale.id),
        lambda: services.refund_sale(HEAD_OFFICE, uuid4(), NewRefund(source_ref="r")),
    ):
        with pytest.raises(NotFound, match="There is no sale"):
            attempt()
    with pytest.raises(NotAllowed):
        services.refund_sale(Actor(kind="staff", name="E2"), sale.id, NewRefund(source_ref="r"))


def test_points_that_were_spent_meanwhile_are_owed(chain):
    (customer_id,) = chain.enrol()
    sale = chain.post_one("1", 1, water(10))
    loyalty_services.adjust_points(HEAD_OFFICE, customer_id, -30, "gift")
    receipt = refund(sale.id)
    assert receipt.points.balance == -30
    assert lots(customer_id) == [(-30, None)]
    flat_books_agree()


def test_a_forgiving_programme_takes_back_no_more_than_there_is(db):
    chain = open_chain(negative=NegativeBalance.FORGIVE)
    (customer_id,) = chain.enrol()
    sale = chain.post_one("1", 1, water(10))
    loyalty_services.adjust_points(HEAD_OFFICE, customer_id, -30, "gift")
    first = refund(sale.id, "r1", (1, "5"))
    assert first.points.earned == -20
    assert wire.decode_reasons(first.explanation)[-1].code == "points.forgiven"
    refund(sale.id, "r2")
    assert points(customer_id) == 0
    flat_books_agree()


def test_the_refund_of_a_return_gives_lots_back_with_their_expiry(chain):
    (customer_id,) = chain.enrol()
    chain.post(a_sale("1", 1, water(10), occurred_at=ago(70)), a_sale("2", 1, water(10), occurred_at=ago(35)))
    before = lots(customer_id)
    (returned,) = chain.post(a_return("3", 1, 15))
    assert points(customer_id) == 25
    refund(returned.id, "r1", (1, "-4"))
    flat_books_agree()
    refund(returned.id, "r2")
    assert lots(customer_id) == before
    flat_books_agree()


def test_points_given_back_pay_what_is_owed_before_they_are_held(chain):
    (customer_id,) = chain.enrol()
    chain.post(a_sale("1", 1, water(20), occurred_at=ago(70)))
    (first, _) = chain.post(a_return("2", 1, 12), a_return("3", 1, 14))
    assert points(customer_id) == -30
    refund(first.id)
    assert [left for left, _ in lots(customer_id)] == [30]
    flat_books_agree()


def test_a_refund_takes_the_points_of_its_own_sale_first(chain):
    (customer_id,) = chain.enrol()
    chain.post_one("old", 1, water(10), occurred_at=ago(70))
    sale = chain.post_one("1", 1, water(10))
    (old, _) = lots(customer_id)
    refund(sale.id)
    assert lots(customer_id) == [old]


def test_a_refund_is_rated_by_the_rules_of_its_sale(chain):
    (customer_id,) = chain.enrol()
    sale = chain.post_one("1", 1, water(10))
    chain.publish(replace(PROGRAMME, rates=()), valid_from=clock.now())
    assert refund(sale.id, "r1", (1, "5")).points.earned == -25
    assert points(customer_id) == 25
    flat_books_agree()


def test_a_fall_in_what_the_rest_earns_never_gives_points(chain):
    """With the return that stood on the receipt taken away, the rest alone would earn more than the whole did."""
    (customer_id,) = chain.enrol()
    sale = chain.post_one("1", 1, water(10), a_line("6901234567892", "-4", "-20.00"))
    assert points(customer_id) == 30
    receipt = refund(sale.id, "r1", 2)
    assert receipt.points.earned == 0
    refund(sale.id, "r2")
    assert points(customer_id) == 0
    flat_books_agree()


def test_a_refund_for_a_merged_customer_reaches_the_survivor(real_chain):
    survivor, merged = real_chain.enrol(2)
    sale = real_chain.post_one("1", 2, water(10))
    customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    catch_up()
    assert (points(survivor), points(merged)) == (50, 0)
    receipt = refund(sale.id, "r1", (1, "4"))
    assert receipt.customer_id == survivor
    refund(sale.id, "r2")
    assert points(survivor) == 0
    everything_proves()


def test_points_that_expired_are_owed_when_their_sale_is_refunded(real_chain):
    (customer_id,) = real_chain.enrol()
    sale = real_chain.post_one("1", 1, water(10), occurred_at=ago(800))
    loyalty_services.expire_points(HEAD_OFFICE, clock.now().date() + timedelta(days=60))
    assert points(customer_id) == 0
    assert events("points.expired.v1")[0]["points"] == 50
    refund(sale.id)
    assert points(customer_id) == -50
    everything_proves()


def test_expiry_takes_each_lot_once_and_only_past_its_last_day(real_chain):
    (customer_id,) = real_chain.enrol()
    real_chain.post(a_sale("1", 1, water(10), occurred_at=ago(400)), a_sale("2", 1, water(5)))
    last = lots(customer_id)[0][1]
    assert isinstance(last, date)
    assert loyalty_services.expire_points(HEAD_OFFICE, last) == 0
    assert loyalty_services.expire_points(HEAD_OFFICE, last + timedelta(days=1)) == 50
    assert loyalty_services.expire_points(HEAD_OFFICE, last + timedelta(days=1)) == 0
    assert points(customer_id) == 25
    everything_proves()
