"""Who is blocked, or leaves the household, between the promise and the sale: what was promised is sold."""

from decimal import Decimal

from msgspec.structs import replace

from forecourt.customers import services as customers
from forecourt.kernel import clock, sql
from forecourt.loyalty import services as loyalty
from forecourt.sales import services
from forecourt.sales.values import NewRefund, NewSale, NewTender
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, ago, flat_books_agree, points
from tests.sales.test_offers import FIVE_OFF, issue, per_litre, publish
from tests.sales.test_promised_limits import ONCE
from tests.sales.test_reservations import reserve, sale

REFUND = NewRefund(source_ref="back")


def paid(worth: str, cash: str) -> tuple[NewTender, ...]:
    return (NewTender(kind="points", amount=Decimal(worth)), NewTender(kind="cash", amount=Decimal(cash)))


def wanted_of(customer: int) -> NewSale:
    """A sale with a coupon and 300 of 1,000 points, at a price for members; 142.00."""
    publish(
        FIVE_OFF,
        per_litre(when={"is": "member"}, budgets=ONCE),
        {"code": "b", "then": [{"give": "points", "points": 7}]},
    )
    loyalty.adjust_points(HEAD_OFFICE, customer, 1000, "x")
    return sale(coupons=(issue("FIVE", customer),), tenders=paid("3.00", "139.00"))


def test_who_is_blocked_after_the_promise_gets_all_of_it_and_no_more(chain):
    (customer,) = chain.enrol()
    wanted = wanted_of(customer)
    promised = reserve(wanted)
    customers.block_customer(HEAD_OFFICE, customer, "x")
    assert reserve(wanted) == promised
    named = replace(wanted, occurred_at=clock.now(), reservation=promised.reservation)
    (quote,) = services.quote_sales(HEAD_OFFICE, [named])
    kept, late = chain.post(named, replace(wanted, source_ref="2"))
    assert (kept.totals, kept.points.earned, kept.flags) == (promised.totals, promised.points.earned, ())
    assert (quote.totals, quote.points.balance, quote.flags) == (kept.totals, kept.points.balance, ())
    assert (kept.points.spent, str(kept.totals.net), kept.points.earned) == (300, "142.00", 27)
    assert (late.offers, late.points.earned, late.points.spent) == ((), 0, 0)
    assert set(late.flags) >= {"blocked_customer", "points_refused"}
    assert (points(customer), sql.rows("SELECT status FROM coupons_coupon")) == (727, [("used",)])
    flat_books_agree()


def test_no_more_points_of_who_was_blocked_pay_than_were_held(chain):
    (customer,) = chain.enrol()
    wanted = wanted_of(customer)
    promised = reserve(wanted)
    customers.block_customer(HEAD_OFFICE, customer, "x")
    (kept,) = chain.post(replace(wanted, tenders=paid("4.00", "138.00"), reservation=promised.reservation))
    assert (kept.points.spent, kept.flags, points(customer)) == (0, ("points_short",), 1027)
    flat_books_agree()


def test_who_was_blocked_before_stays_so(chain):
    (customer,) = chain.enrol()
    wanted = replace(wanted_of(customer), tenders=())
    customers.block_customer(HEAD_OFFICE, customer, "x")
    promised = reserve(wanted)
    assert str(promised.totals.net) == "153.00"
    (kept,) = chain.post(replace(wanted, reservation=promised.reservation))
    assert (str(kept.totals.net), kept.points.earned, kept.flags) == ("153.00", 0, ("blocked_customer",))


def test_a_payer_who_left_the_household_pays_what_was_held(chain):
    chain.publish(replace(PROGRAMME, household_shares=True), valid_from=ago(1))
    payer, buyer = chain.enrol(2)
    household = customers.make_household(HEAD_OFFICE, "", [payer, buyer])
    loyalty.adjust_points(HEAD_OFFICE, payer, 1000, "x")
    loyalty.adjust_points(HEAD_OFFICE, buyer, 150, "x")
    wanted = sale(who=2, tenders=paid("10.00", "143.00"))
    promised = reserve(wanted)
    assert points(payer) + points(buyer) == 150
    held = points(payer)
    customers.remove_from_household(HEAD_OFFICE, household, payer)
    loyalty.adjust_points(HEAD_OFFICE, buyer, 100, "x")
    more = replace(wanted, tenders=paid("10.40", "142.60"), reservation=promised.reservation)
    (kept,) = chain.post(more)
    assert (kept.points.spent, kept.flags) == (1040, ())
    assert points(payer) == held
    assert points(payer) + points(buyer) == 150 + 100 - 40 + 20
    services.refund_sale(HEAD_OFFICE, kept.id, REFUND)
    assert (points(payer), points(buyer)) == (1000, 250)
    flat_books_agree()
