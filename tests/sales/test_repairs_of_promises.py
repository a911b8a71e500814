"""Repairs of sales that were promised something: they are looked at anew as of the moment of the promise."""

from msgspec.structs import replace

from forecourt.customers import services as customers
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import clock, sql
from forecourt.loyalty import services as loyalty
from forecourt.loyalty.values import SpendBy
from forecourt.offers import services as offers
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    a_line,
    flat_books_agree,
    points,
    water,
)
from tests.sales.test_looking_back import all_of
from tests.sales.test_offers import post, publish
from tests.sales.test_promises_of_blocked import paid, wanted_of
from tests.sales.test_repairs import add_product, is_open, repair
from tests.sales.test_repairs_of_offers import bonus, given
from tests.sales.test_reservations import reserve, sale

NEW = a_line("new", "1", "10.00")
HAS_NEW = {"is": "bought", "of": {"products": ["new"]}}


def sell(chain, wanted, promised, **changes):
    """What was promised is sold now."""
    (receipt,) = chain.post(replace(wanted, occurred_at=clock.now(), reservation=promised.reservation, **changes))
    return receipt


def doubled(chain) -> None:
    """From now on, twice the points."""
    rates = tuple([replace(rate, points=rate.points * 2) for rate in PROGRAMME.rates])
    chain.publish(replace(PROGRAMME, rates=rates), valid_from=clock.now())


def test_who_was_blocked_after_the_promise_keeps_what_they_earned(chain):
    (customer,) = chain.enrol()
    wanted = wanted_of(customer)
    promised = reserve(wanted)
    customers.block_customer(HEAD_OFFICE, customer, "x")
    sold = sell(chain, wanted, promised, tenders=paid("4.00", "138.00"))
    assert (sold.flags, sold.points.earned, points(customer)) == (("points_short",), 27, 1027)
    again = repair(sold.id)
    assert (again.flags, again.points.earned, again.points.spent) == (("points_short",), 27, 0)
    assert (points(customer), is_open(sold.id)) == (1027, True)
    customers.unblock_customer(HEAD_OFFICE, customer, "x")
    mended = repair(sold.id)
    assert (mended.flags, mended.points.earned, mended.points.spent, points(customer)) == ((), 27, 400, 627)
    flat_books_agree()


def test_a_product_that_was_added_counts_for_who_was_blocked_after_the_promise(chain):
    (customer,) = chain.enrol()
    wanted = sale("1", 1, water(1), NEW)
    promised = reserve(wanted)
    customers.block_customer(HEAD_OFFICE, customer, "x")
    sold = sell(chain, wanted, promised)
    add_product("new")
    mended = repair(sold.id)
    assert (sold.points.earned, mended.points.earned, mended.flags, points(customer)) == (5, 15, (), 15)
    flat_books_agree()


def test_who_was_blocked_before_the_promise_stays_so(chain):
    (customer,) = chain.enrol()
    customers.block_customer(HEAD_OFFICE, customer, "x")
    wanted = sale("1", 1, water(1), NEW)
    sold = sell(chain, wanted, reserve(wanted))
    add_product("new")
    assert (repair(sold.id).flags, points(customer)) == (("blocked_customer",), 0)


def test_the_rates_of_the_promise_count(chain):
    (customer,) = chain.enrol()
    wanted = sale("1", 1, water(1), NEW)
    promised = reserve(wanted)
    doubled(chain)
    sold = sell(chain, wanted, promised)
    still = repair(sold.id)
    assert (sold.points.earned, still.points.earned, points(customer)) == (5, 5, 5)
    add_product("new")
    mended = repair(sold.id)
    assert (mended.points.earned, points(customer)) == (15, 15)
    flat_books_agree()


def test_the_offers_and_the_visits_of_the_promise_count(chain):
    publish(bonus("hello", 50, **all_of(HAS_NEW, {"is": "first_purchase"})), since=1)
    chain.enrol()
    wanted = sale("1", 1, water(1), NEW)
    promised = reserve(wanted)
    offers.end_offer(HEAD_OFFICE, "hello")
    post(chain, "2", 1, water(1), occurred_at=clock.now())
    sold = sell(chain, wanted, promised)
    add_product("new")
    mended = repair(sold.id)
    assert (given(sold), given(mended), mended.points.earned) == (set(), {"hello"}, 65)
    flat_books_agree()


def test_points_that_were_held_were_proven(chain):
    """The till scans the code to reserve, and knows the phone alone when it sells: more than was held is short, not refused."""
    chain.publish(replace(PROGRAMME, spend_by=SpendBy.PROVEN))
    (customer,) = chain.enrol()
    loyalty.adjust_points(HEAD_OFFICE, customer, 350, "x")
    wanted = replace(sale("1", 1, tenders=paid("3.00", "150.00")), customer=CustomerClaim(id=customer))
    promised = reserve(wanted)
    sold = sell(chain, wanted, promised, customer=sale("1", 1).customer, tenders=paid("4.00", "149.00"))
    assert (sold.flags, repair(sold.id).flags) == (("points_short",), ("points_short",))


def test_what_goes_to_another_member_takes_no_promise_along(chain):
    owner, other = chain.enrol(2)
    wanted = sale("1", 1, water(1), NEW)
    promised = reserve(wanted)
    doubled(chain)
    sold = sell(chain, wanted, promised)
    assert repair(sold.id, customer_id=other).points.earned == 10
    add_product("new")
    assert (repair(sold.id).points.earned, points(owner), points(other)) == (30, 0, 30)
    assert sql.rows("SELECT booked_customer_id FROM sales_repair") == [(owner,)]
    flat_books_agree()
