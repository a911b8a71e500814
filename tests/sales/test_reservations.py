"""What a till is promised before it sells: kept, cut, released, expired; nothing held twice and nothing lost."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from forecourt.kernel import clock, sql
from forecourt.kernel.problems import Conflict, NotFound
from forecourt.loyalty import services as loyalty
from forecourt.offers import services as offers
from forecourt.organisation import services as organisation
from forecourt.organisation.values import CompanyFacts
from forecourt.sales import services
from forecourt.sales.values import NewTender, Receipt, Reserved
from tests.sales.scenes import HEAD_OFFICE, a_line, a_sale, ago, flat_books_agree, open_chain, points
from tests.sales.test_offers import FIVE_OFF, issue, left, per_litre, post, publish


@pytest.fixture
def chain(db):
    return open_chain()


def sale(ref="1", who=1, *lines, **changes):
    return a_sale(ref, who, *lines, **{"tenders": (), "occurred_at": clock.now()} | changes)


def reserve(wanted) -> Reserved:
    (answer,) = services.reserve_sales(HEAD_OFFICE, [wanted])
    assert isinstance(answer, Reserved), answer
    return answer


def test_a_promise_is_kept_after_the_offer_ended(chain):
    publish(per_litre())
    chain.enrol()
    promised = reserve(sale())
    assert str(promised.totals.net) == "147.00"
    offers.end_offer(HEAD_OFFICE, "litre")
    kept = post(chain, "1", 1, occurred_at=clock.now(), reservation=promised.reservation)
    assert str(kept.totals.net) == "147.00"
    late = post(chain, "2", 1, occurred_at=clock.now())
    assert str(late.totals.net) == "153.00"
    assert sql.rows("SELECT outcome, sale_id FROM sales_reservation") == [("posted", kept.id)]


def test_the_same_asked_again_is_the_same_promise(chain):
    publish(per_litre(budgets=[{"measure": "uses", "limit": "1"}]))
    chain.enrol()
    wanted = sale()
    assert reserve(wanted) == reserve(wanted)
    (other,) = services.reserve_sales(HEAD_OFFICE, [msgspec.structs.replace(wanted, pump=3)])
    assert isinstance(other, Conflict)
    assert left() == {"uses:total": Decimal(0)}


def test_a_reserved_budget_is_gone_for_others_and_there_for_its_sale(chain):
    publish(per_litre(budgets=[{"measure": "volume", "limit": "50"}]))
    chain.enrol(2)
    promised = reserve(sale("1", 1, a_line("92", "40.000", "306.00")))
    assert left() == {"volume:total": Decimal(10)}
    assert str(post(chain, "2", 2, occurred_at=clock.now()).totals.discount) == "3.00"
    filled = post(
        chain, "1", 1, a_line("92", "30.000", "229.50"), occurred_at=clock.now(), reservation=promised.reservation
    )
    assert str(filled.totals.discount) == "9.00"
    assert left() == {"volume:total": Decimal(10)}
    flat_books_agree()


def test_a_reserved_coupon_serves_its_sale_only(chain):
    publish(FIVE_OFF)
    (customer,) = chain.enrol()
    code = issue("FIVE", customer)
    promised = reserve(sale(coupons=(code,)))
    assert not post(chain, "2", 1, coupons=(code,), occurred_at=clock.now()).offers
    kept = post(chain, "1", 1, coupons=(code,), occurred_at=clock.now(), reservation=promised.reservation)
    assert str(kept.totals.discount) == "5.00"
    assert sql.rows("SELECT status FROM coupons_coupon") == [("used",)]
    flat_books_agree()


def test_what_is_released_or_expires_goes_back(chain):
    publish(FIVE_OFF, per_litre(budgets=[{"measure": "money", "limit": "100"}]))
    (customer,) = chain.enrol()
    post(chain, "0", 1, a_line("92", "300.000", "2295.00"))
    code = issue("FIVE", customer)
    before = (left(), points(customer))
    tenders = (NewTender(kind="points", amount=Decimal("2.00")), NewTender(kind="cash", amount=Decimal("140.00")))
    first = reserve(sale("1", 1, coupons=(code,), tenders=tenders))
    assert (left() != before[0], points(customer)) == (True, before[1] - 200)
    services.release_sale(HEAD_OFFICE, first.reservation)
    assert (left(), points(customer)) == before
    reserve(sale("1", 1, coupons=(code,), tenders=tenders))
    assert services.expire_reservations(clock.now() + timedelta(minutes=19)) == 0
    assert services.expire_reservations(clock.now() + timedelta(minutes=21)) == 1
    assert (left(), points(customer)) == before
    assert sql.rows("SELECT status FROM coupons_coupon") == [("active",)]
    flat_books_agree()


def test_points_that_were_held_pay(chain):
    (customer,) = chain.enrol()
    post(chain, "0", 1, a_line("92", "300.000", "2295.00"))
    tenders = (NewTender(kind="points", amount=Decimal("3.00")), NewTender(kind="cash", amount=Decimal("150.00")))
    promised = reserve(sale(tenders=tenders))
    assert points(customer) == 0
    (short,) = services.reserve_sales(HEAD_OFFICE, [sale("2", tenders=tenders)])
    assert short.type == "points-short"
    kept = post(chain, "1", 1, tenders=tenders, occurred_at=clock.now(), reservation=promised.reservation)
    assert (kept.points.spent, kept.points.balance, kept.flags) == (300, 20, ())
    flat_books_agree()


def test_a_reservation_that_ended_promises_nothing(chain):
    publish(per_litre(budgets=[{"measure": "uses", "limit": "1"}]))
    chain.enrol(2)
    promised = reserve(sale())
    services.release_sale(HEAD_OFFICE, promised.reservation)
    taken = post(chain, "2", 2, occurred_at=clock.now())
    assert taken.offers
    kept = post(chain, "1", 1, occurred_at=clock.now(), reservation=promised.reservation)
    assert isinstance(kept, Receipt)
    assert not kept.offers
    flat_books_agree()


def test_one_of_another_station_cannot_be_released(chain):
    promised = reserve(sale(who=None))
    scope = {"everything": False, "permissions": frozenset({"sales.post"}), "stations": frozenset({99})}
    elsewhere = msgspec.structs.replace(HEAD_OFFICE, **scope)
    with pytest.raises(NotFound):
        services.release_sale(elsewhere, promised.reservation)
    assert ago(0) < promised.expires_at


def test_a_reserved_coupon_that_was_not_used_after_all_is_free(chain):
    publish(FIVE_OFF)
    (customer,) = chain.enrol()
    code = issue("FIVE", customer)
    promised = reserve(sale(coupons=(code,)))
    assert not post(chain, "1", 1, occurred_at=clock.now(), reservation=promised.reservation).offers
    assert sql.rows("SELECT status, reserved_by FROM coupons_coupon") == [("active", None)]


def test_a_quote_that_names_its_reservation_says_what_posting_comes_to(chain):
    once = [{"measure": "uses", "limit": "1", "per": "customer"}]
    hello = {"code": "hello", "when": {"is": "first_purchase"}, "then": [{"give": "points", "points": 50}]}
    publish(FIVE_OFF, per_litre(budgets=[*once, {"measure": "money", "limit": "6.00"}]), hello)
    (customer,) = chain.enrol()
    loyalty.adjust_points(HEAD_OFFICE, customer, 500, "x")
    tenders = (NewTender(kind="points", amount=Decimal("3.00")), NewTender(kind="cash", amount=Decimal("139.00")))
    wanted = sale(coupons=(issue("FIVE", customer, per_customer=1),), tenders=tenders)
    promised = reserve(wanted)
    named = msgspec.structs.replace(wanted, occurred_at=clock.now(), reservation=promised.reservation)
    strange = msgspec.structs.replace(named, source_ref="2", reservation=None, tenders=())
    cheaper = msgspec.structs.replace(named, source_ref="3", tenders=())
    with sql.watching() as statements:
        quote, other, cash = services.quote_sales(HEAD_OFFICE, [named, strange, cheaper])
    assert not any("UPDATE" in statement for statement in statements)
    assert (str(other.totals.net), cash.points.balance, cash.points_payable) == ("153.00", 570, 500)
    (kept,) = chain.post(named)
    assert (quote.totals, quote.offers, quote.tier) == (kept.totals, kept.offers, kept.tier)
    assert (quote.points.earned, quote.points.balance) == (kept.points.earned, kept.points.balance)
    assert (quote.flags, kept.flags, str(kept.totals.net), kept.points.spent) == ((), (), "142.00", 300)
    (late,) = services.quote_sales(HEAD_OFFICE, [msgspec.structs.replace(named, source_ref="4", tenders=())])
    assert str(late.totals.net) == "153.00"
    flat_books_agree()


def test_a_quote_names_nobody_elses_reservation(chain):
    publish(per_litre(budgets=[{"measure": "uses", "limit": "1"}]))
    chain.enrol(2)
    promised = reserve(sale("1", 1))
    quotes = services.quote_sales(HEAD_OFFICE, [sale("1", who, reservation=promised.reservation) for who in (1, 2)])
    assert [str(quote.totals.discount) for quote in quotes] == ["6.00", "0.00"]


@pytest.mark.parametrize("minutes", [1, 20, 240])
def test_a_reservation_holds_as_long_as_the_company_says(chain, minutes):
    organisation.set_company(HEAD_OFFICE, CompanyFacts(name="Acme", hold_minutes=minutes))
    before = clock.now()
    promised = reserve(sale(who=None))
    assert timedelta(minutes=minutes) <= promised.expires_at - before < timedelta(minutes=minutes, seconds=30)
    assert services.expire_reservations(promised.expires_at) == 0
    assert services.expire_reservations(promised.expires_at + timedelta(seconds=1)) == 1
