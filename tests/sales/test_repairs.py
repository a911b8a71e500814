"""The repair queue: what a flagged sale lacked is added, and it is rated as it would have been."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.catalogue.models import Product, ProductCode
from forecourt.catalogue.values import Family, Kind, Unit
from forecourt.customers import services as customer_services
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.sales import permissions, queries, services, wire
from forecourt.sales.models import Repair
from forecourt.sales.values import NewRefund, NewTender, RefundLine
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    a_line,
    a_sale,
    ago,
    catch_up,
    day_of,
    events,
    everything_proves,
    flat_books_agree,
    lots,
    member,
    points,
    water,
)


def add_product(code: str, kind: Kind = Kind.GOODS, family: Family = Family.NONE) -> None:
    unit = Unit.VOLUME if kind is Kind.FUEL else Unit.PIECE
    product = Product.objects.create(code=code, name=code, kind=kind, unit=unit, family=family)
    ProductCode.objects.create(code=code, product=product)


def repair(sale_id, **more):
    return services.repair_sale(HEAD_OFFICE, sale_id, **more)


def is_open(sale_id) -> bool:
    return Repair.objects.get(sale_id=sale_id).closed_at is None


def test_a_product_that_was_added_is_rated_and_the_difference_booked(chain):
    (customer_id,) = chain.enrol()
    sale = chain.post_one("1", 1, water(2), a_line("new", "3", "30.00"), occurred_at=ago(40))
    assert points(customer_id) == 10
    still = repair(sale.id)
    assert still.flags == ("unknown_product",)
    assert is_open(sale.id)
    add_product("new")
    mended = repair(sale.id)
    assert (mended.status, mended.flags) == ("posted", ())
    assert (mended.points.earned, mended.points.balance) == (40, 40)
    assert points(customer_id) == 40
    assert not is_open(sale.id)
    view = queries.sale(HEAD_OFFICE, sale.id)
    assert [line.kind for line in view.lines] == ["goods", "goods"]
    assert view.points_earned == 40
    assert sum(left for left, _ in lots(customer_id)) == 40
    assert len({expires for _, expires in lots(customer_id)}) == 1, "as if it had been rated so at once"
    assert events("sale.repaired.v1")[-1]["points"] == 30
    flat_books_agree()


def test_fuel_that_was_added_counts_as_fuel(chain):
    sale = chain.post_one("1", None, a_line("98", "30.000", "260.00"))
    add_product("98", Kind.FUEL, Family.PETROL)
    repair(sale.id)
    view = queries.sale(HEAD_OFFICE, sale.id)
    assert (view.fuel_quantity, view.fuel_amount) == (Decimal("30.000"), Decimal("260.00"))
    flat_books_agree()


def test_a_customer_who_was_enrolled_gets_the_sale_and_its_points(real_chain):
    sale = real_chain.post_one("1", 1, a_line(), water(1), occurred_at=ago(3))
    assert sale.customer_id is None
    (customer_id,) = real_chain.enrol()
    mended = repair(sale.id)
    assert mended.customer_id == customer_id
    assert mended.points.earned == 25
    assert points(customer_id) == 25
    view = queries.sale(HEAD_OFFICE, sale.id)
    assert view.customer_id == customer_id
    assert [line.number for line in view.lines] == [1, 2]
    assert [found.id for found in queries.list_sales(HEAD_OFFICE, customer_ids=[customer_id])] == [sale.id]
    everything_proves()
    assert sql.rows("SELECT sum(member_sales) FROM sales_rollup WHERE product_id = 0") == [(1,)]


def test_a_replay_after_repair_gets_the_receipt_as_it_is_now(chain):
    sent = a_sale("1", 1)
    (first,) = chain.post(sent)
    (customer_id,) = chain.enrol()
    mended = repair(first.id)
    (again,) = chain.post(sent)
    assert again == replace(mended, replayed=True)
    assert again.customer_id == customer_id


def test_a_customer_who_was_found_by_hand_gets_the_sale(chain):
    (customer_id,) = chain.enrol()
    sale = chain.post_one("1", CustomerClaim(phone="13999999999"))
    mended = repair(sale.id, customer_id=customer_id, note="showed the receipt")
    assert (mended.customer_id, mended.flags) == (customer_id, ())
    assert points(customer_id) == 20
    assert sql.rows("SELECT reason FROM kernel_audit WHERE action = 'sale.repair'") == [("showed the receipt",)]
    with pytest.raises(Conflict, match="was mended already, by staff:head-office"):
        repair(sale.id)
    flat_books_agree()


def test_a_customer_who_does_not_exist_is_refused(chain):
    sale = chain.post_one("1", CustomerClaim(phone="13999999999"))
    with pytest.raises(Invalid, match="there is no customer 4711"):
        repair(sale.id, customer_id=4711)


def test_a_sale_that_goes_to_another_member_takes_its_points_along(chain):
    first, second = chain.enrol(2)
    sale = chain.post_one("1", 1, a_line(), a_line("?", "1", "1.00"))
    assert points(first) == 20
    repair(sale.id, customer_id=second)
    assert (points(first), points(second)) == (0, 20)
    flat_books_agree()


def test_an_unblocked_customer_gets_the_points(chain):
    (customer_id,) = chain.enrol()
    customer_services.block_customer(HEAD_OFFICE, customer_id, "lost card")
    sale = chain.post_one("1", 1)
    assert repair(sale.id).flags == ("blocked_customer",)
    customer_services.unblock_customer(HEAD_OFFICE, customer_id, "found it")
    assert repair(sale.id).points.earned == 20
    assert points(customer_id) == 20
    flat_books_agree()


def test_a_repair_rates_by_the_rules_of_the_day_it_occurred(chain):
    (customer_id,) = chain.enrol()
    sale = chain.post_one("1", 1, a_line("new", "3", "30.00"), occurred_at=ago(5))
    chain.publish(replace(PROGRAMME, rates=()), valid_from=ago(4))
    add_product("new")
    repair(sale.id)
    assert points(customer_id) == 30
    flat_books_agree()


def test_a_sale_refunded_in_part_is_repaired_for_the_rest(chain):
    (customer_id,) = chain.enrol()
    sale = chain.post_one("1", 1, water(10), a_line("new", "4", "40.00"))
    wanted = (RefundLine(line=1, quantity=Decimal(4)), RefundLine(line=2, quantity=Decimal(1)))
    services.refund_sale(HEAD_OFFICE, sale.id, NewRefund(source_ref="r1", lines=wanted))
    assert points(customer_id) == 30
    add_product("new")
    repair(sale.id)
    assert points(customer_id) == 60
    flat_books_agree()
    services.refund_sale(HEAD_OFFICE, sale.id, NewRefund(source_ref="r2"))
    assert points(customer_id) == 0
    flat_books_agree()


def test_a_sale_refunded_in_part_keeps_its_customer(chain):
    (customer_id,) = chain.enrol()
    sale = chain.post_one("1", CustomerClaim(phone="13999999999"), water(10))
    wanted = (RefundLine(line=1, quantity=Decimal(4)),)
    services.refund_sale(HEAD_OFFICE, sale.id, NewRefund(source_ref="r1", lines=wanted))
    with pytest.raises(Conflict, match="was refunded in part"):
        repair(sale.id, customer_id=customer_id)
    flat_books_agree()


def test_what_only_people_can_settle_stays_flagged_until_it_is_accepted(chain):
    (customer_id,) = chain.enrol()
    sale = chain.post_one("1", 1, tenders=(NewTender(kind="cash", amount=Decimal(1)),))
    assert repair(sale.id).flags == ("tender_mismatch",)
    with pytest.raises(Invalid, match="say why the sale is right"):
        services.accept_sale(HEAD_OFFICE, sale.id, "  ")
    accepted = services.accept_sale(HEAD_OFFICE, sale.id, "paid by voucher")
    assert (accepted.status, accepted.flags, accepted.points.earned) == ("posted", ("tender_mismatch",), 20)
    assert points(customer_id) == 20
    row = Repair.objects.get(sale_id=sale.id)
    assert (row.closed_by, row.note) == ("staff:head-office", "paid by voucher")
    with pytest.raises(Conflict):
        services.accept_sale(HEAD_OFFICE, sale.id, "twice")
    flat_books_agree()


def test_a_clock_that_was_off_is_for_people_to_settle(chain):
    chain.enrol()
    day = day_of(ago(30))
    sale = chain.post_one("1", 1, business_date=day, occurred_at=ago(20))
    assert repair(sale.id).flags == ("clock_off",)
    services.accept_sale(HEAD_OFFICE, sale.id, "clock set right")
    assert not is_open(sale.id)


def test_only_what_is_in_the_queue_and_in_scope_is_repaired(chain):
    good = chain.post_one("1")
    flagged = chain.post_one("2", CustomerClaim(phone="13999999999"))
    with pytest.raises(NotFound, match="is not in the repair queue"):
        repair(good.id)
    elsewhere = Actor(kind="staff", name="E1", permissions=frozenset({permissions.REPAIR}), stations=frozenset({0}))
    for attempt in (services.repair_sale, lambda *who: services.accept_sale(*who, "fine")):
        with pytest.raises(NotFound):
            attempt(elsewhere, flagged.id)
        with pytest.raises(NotAllowed):
            attempt(Actor(kind="staff", name="E2"), flagged.id)


def test_a_mended_sale_counts_for_its_customer_everywhere(real_chain):
    sale = real_chain.post_one("1", member(1), occurred_at=ago(2))
    (customer_id,) = real_chain.enrol()
    services.review_tiers(HEAD_OFFICE, day_of(ago(0)))
    repair(sale.id)
    catch_up()
    assert sql.rows(
        "SELECT sales_count, spend_total FROM customers_profile WHERE customer_id = %(id)s", {"id": customer_id}
    ) == [(1, Decimal("153.00"))]
    everything_proves()
    services.review_tiers(HEAD_OFFICE, day_of(ago(0)))
    everything_proves()
    assert wire.decode_reasons(queries.sale(HEAD_OFFICE, sale.id).explanation)[0].rule == "petrol"


def test_fuel_that_becomes_known_after_a_refund_cancels_out(chain):
    chain.enrol()
    sale = chain.post_one("1", 1, a_line("e10", "30.000", "210.00"), occurred_at=ago(3))
    refund = services.refund_sale(HEAD_OFFICE, sale.id, NewRefund(source_ref="r1"))
    add_product("e10", Kind.FUEL, Family.PETROL)
    repair(sale.id)
    assert queries.sale(HEAD_OFFICE, sale.id).fuel_quantity == Decimal("30.000")
    assert queries.sale(HEAD_OFFICE, refund.id).fuel_quantity == Decimal("-30.000")
    flat_books_agree()
