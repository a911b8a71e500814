"""Repairs of sales that are paid with points: who pays is whose the sale is, as if that had been known at once."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.customers import services as customer_services
from forecourt.customers.values import CustomerClaim, IdentityKind, NewIdentity
from forecourt.kernel import sql
from forecourt.kernel.problems import Conflict
from forecourt.loyalty.values import NegativeBalance
from forecourt.sales import queries, services
from forecourt.sales.models import Repair
from forecourt.sales.values import NewRefund, NewTender, RefundLine
from tests.sales import scenes
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    a_line,
    ago,
    catch_up,
    everything_proves,
    flat_books_agree,
    lots,
    phone,
    points,
    water,
)
from tests.sales.test_offers import publish
from tests.sales.test_repairs import add_product, is_open, repair

UNKNOWN = CustomerClaim(phone="13999999999")


def books(*customer_ids: int):
    return [(points(customer_id), lots(customer_id)) for customer_id in customer_ids]


def give_lots(chain, number: int, *bottles: int) -> None:
    """A lot for each number of bottles, five points each, earned in other months."""
    for months, count in enumerate(bottles, 2):
        chain.post_one(f"{number}-{months}", number, water(count), occurred_at=ago(31 * months))


def sell(chain, who, worth: str = "3.00", ref: str = "paid"):
    """A sale for 60.00 with something in it that is not known yet, paid so much with points; flagged."""
    lines = (water(10), a_line("new", "1", "10.00"))
    tenders = (
        NewTender(kind="points", amount=Decimal(worth)),
        NewTender(kind="cash", amount=Decimal("60.00") - Decimal(worth)),
    )
    return chain.post_one(ref, who, *lines, tenders=tenders)


def refund(sale_id):
    return services.refund_sale(HEAD_OFFICE, sale_id, NewRefund(source_ref=f"refund of {sale_id}"))


def moves(sale_id) -> list[tuple[int, str, int]]:
    """What the ledger's entries of a payment moved, by customer."""
    return sql.rows(
        "SELECT customer_id, kind, points FROM loyalty_entry WHERE origin = %(origin)s ORDER BY recorded_at, id",
        {"origin": f"sale:{sale_id}"},
    )


def test_the_member_whose_the_sale_becomes_pays_and_the_one_who_had_paid_gets_the_very_lots_back(chain):
    first, second = chain.enrol(2)
    give_lots(chain, 1, 30, 50)
    give_lots(chain, 2, 70)
    before = books(first, second)
    sale = sell(chain, 1)
    assert (sale.points.spent, points(first)) == (300, 400 - 300 + 50)

    add_product("new")
    mended = repair(sale.id, customer_id=second)
    assert (mended.status, mended.flags, mended.points.spent) == ("posted", (), 300)
    assert (mended.points.earned, mended.points.balance) == (60, 350 - 300 + 60)
    assert books(first) == before[:1]
    assert points(second) == mended.points.balance
    assert moves(sale.id) == [(first, "spend", -300), (first, "return", 300), (second, "spend", -300)]
    flat_books_agree()

    assert refund(sale.id).points.spent == -300
    assert books(first, second) == before
    flat_books_agree()


def test_who_has_too_few_points_pays_none_of_them_and_the_sale_waits(chain):
    first, second = chain.enrol(2)
    give_lots(chain, 1, 60)
    give_lots(chain, 2, 10)
    before = books(first, second)
    sale = sell(chain, 1)
    add_product("new")
    mended = repair(sale.id, customer_id=second)
    assert (mended.status, mended.flags, mended.points.spent) == ("flagged", ("points_short",), 0)
    assert (books(first), points(second)) == (before[:1], 50 + 60)
    assert is_open(sale.id)
    flat_books_agree()

    chain.post_one("more", 2, water(60))
    mended = repair(sale.id)
    assert (mended.flags, mended.points.spent, points(second)) == ((), 300, 50 + 60 + 300 - 300)
    assert not is_open(sale.id)
    refund(sale.id)
    assert (books(first), points(second)) == (before[:1], 50 + 300)
    flat_books_agree()


def test_one_who_was_not_known_pays_once_the_sale_is_theirs(chain):
    (customer_id,) = chain.enrol()
    give_lots(chain, 1, 80)
    before = books(customer_id)
    sale = sell(chain, UNKNOWN)
    assert set(sale.flags) == {"unknown_product", "unknown_customer", "points_short"}
    assert repair(sale.id).flags == sale.flags, "nothing has changed yet"
    add_product("new")
    mended = repair(sale.id, customer_id=customer_id)
    assert (mended.flags, mended.points.spent, points(customer_id)) == ((), 300, 400 - 300 + 60)
    flat_books_agree()
    refund(sale.id)
    assert books(customer_id) == before
    flat_books_agree()


def test_a_sale_may_go_there_and_back_again(chain):
    first, second = chain.enrol(2)
    give_lots(chain, 1, 70)
    give_lots(chain, 2, 70)
    before = books(first, second)
    sale = sell(chain, 1)
    assert repair(sale.id, customer_id=second).flags == ("unknown_product",)
    repair(sale.id, customer_id=first)
    assert (points(first), books(second)) == (350 - 300 + 50, before[1:])
    repair(sale.id, customer_id=second)
    add_product("new")
    repair(sale.id, customer_id=first)
    assert (points(first), books(second)) == (350 - 300 + 60, before[1:])
    flat_books_agree()
    refund(sale.id)
    assert books(first, second) == before
    flat_books_agree()


def test_a_repair_that_leaves_the_member_leaves_the_payment(chain):
    (customer_id,) = chain.enrol()
    give_lots(chain, 1, 80)
    before = books(customer_id)
    sale = sell(chain, 1)
    add_product("new")
    mended = repair(sale.id)
    assert (mended.flags, mended.points.spent, points(customer_id)) == ((), 300, 400 - 300 + 60)
    assert moves(sale.id) == [(customer_id, "spend", -300)]
    refund(sale.id)
    assert books(customer_id) == before
    flat_books_agree()


def test_a_member_who_gave_up_the_number_since_keeps_the_sale(chain):
    first, second = chain.enrol(2)
    give_lots(chain, 1, 80)
    sale = sell(chain, 1)
    number = sql.rows("SELECT id FROM customers_identity WHERE customer_id = %(id)s", {"id": first})[0][0]
    customer_services.remove_identity(HEAD_OFFICE, first, number)
    add_product("new")
    assert repair(sale.id).flags == ()
    assert queries.sale(HEAD_OFFICE, sale.id).customer_id == first

    other = sell(chain, 2, worth="0.10", ref="other")
    assert other.flags == ("points_short",)
    number = sql.rows("SELECT id FROM customers_identity WHERE customer_id = %(id)s", {"id": second})[0][0]
    customer_services.remove_identity(HEAD_OFFICE, second, number)
    customer_services.add_identity(HEAD_OFFICE, first, NewIdentity(kind=IdentityKind.PHONE, value=phone(2)))
    assert repair(other.id).points.spent == 10
    assert queries.sale(HEAD_OFFICE, other.id).customer_id == second
    flat_books_agree()


def test_a_household_that_paid_gets_back_what_each_had_paid(chain):
    chain.publish(replace(PROGRAMME, household_shares=True), valid_from=ago(200))
    first, second, third, fourth = chain.enrol(4)
    customer_services.make_household(HEAD_OFFICE, "", [first, second])
    customer_services.make_household(HEAD_OFFICE, "", [third, fourth])
    for number in (1, 2, 3, 4):
        give_lots(chain, number, 20, 20)
    before = books(first, second, third, fourth)
    sale = sell(chain, 1)
    assert points(second) < 200
    add_product("new")
    repair(sale.id, customer_id=third)
    assert books(first, second) == before[:2]
    assert (points(third) + points(fourth), points(fourth) < 200) == (400 - 300 + 60, True)
    flat_books_agree()
    refund(sale.id)
    assert books(first, second, third, fourth) == before
    flat_books_agree()


def test_points_that_come_back_pay_for_those_that_move_on_before_any_are_forgiven(db):
    chain = scenes.open_chain(negative=NegativeBalance.FORGIVE)
    first, second = chain.enrol(2)
    give_lots(chain, 1, 60)
    give_lots(chain, 2, 60)
    sale = sell(chain, 1)
    scenes.loyalty_services.adjust_points(HEAD_OFFICE, first, -50, "gift")
    assert points(first) == 0
    add_product("new")
    repair(sale.id, customer_id=second)
    assert (points(first), points(second)) == (300 - 50, 60)
    flat_books_agree()


def test_points_that_money_was_given_back_for_are_not_asked_again(chain):
    chain.enrol()
    sale = sell(chain, 1)
    assert set(sale.flags) == {"unknown_product", "points_short"}
    part = NewRefund(source_ref="r1", lines=(RefundLine(line=1, quantity=Decimal(1)),))
    services.refund_sale(HEAD_OFFICE, sale.id, part)
    give_lots(chain, 1, 80)
    add_product("new")
    assert repair(sale.id).flags == ("points_short",)
    assert moves(sale.id) == []
    with pytest.raises(Conflict, match="was refunded in part"):
        repair(sale.id, customer_id=chain.enrol()[0])
    services.accept_sale(HEAD_OFFICE, sale.id, "paid in cash")
    assert Repair.objects.get(sale_id=sale.id).closed_at is not None
    flat_books_agree()


def test_one_who_was_merged_since_pays_as_the_other_and_gets_it_back(real_chain):
    survivor, merged, other = real_chain.enrol(3)
    give_lots(real_chain, 2, 80)
    give_lots(real_chain, 3, 80)
    before = books(other)
    sale = sell(real_chain, 2)
    customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    catch_up()
    add_product("new")
    repair(sale.id, customer_id=other)
    assert (points(survivor), points(merged), points(other)) == (400, 0, 400 - 300 + 60)
    everything_proves()

    later = sell(real_chain, 2, ref="later", worth="9.00")
    assert (later.customer_id, later.flags) == (survivor, ("points_short",))
    give_lots(real_chain, 1, 90, 90)
    assert repair(later.id).points.spent == 900
    refund(later.id)
    assert points(survivor) == 400 + 900
    refund(sale.id)
    assert books(other) == before
    everything_proves()


def test_points_that_did_not_come_in_steps_stay_flagged(chain):
    chain.publish(replace(PROGRAMME, spend_step=100), valid_from=ago(200))
    chain.enrol()
    give_lots(chain, 1, 100)
    sale = sell(chain, 1, "1.50")
    assert "points_uneven" in sale.flags
    add_product("new")
    assert repair(sale.id).flags == ("points_uneven",)


def test_whoever_is_blocked_gets_no_points_of_offers_from_a_repair(chain):
    publish({"code": "bonus", "then": [{"give": "points", "points": 50}]})
    first, second = chain.enrol(2)
    sale = chain.post_one("1", 1, water(1), a_line("new", "1", "10.00"))
    customer_services.block_customer(HEAD_OFFICE, second, "欺诈")
    repair(sale.id, customer_id=second)
    assert (points(first), points(second)) == (0, 0)
    flat_books_agree()
