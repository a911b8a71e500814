"""A budget has the limit of the version in force now, from when that begins, whatever was approved and whose sale comes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.kernel import clock, sql
from forecourt.offers import records as offer_records
from forecourt.offers import services as offers
from forecourt.offers.queries import Offers
from forecourt.offers.rules import language
from forecourt.offers.rules.matching import Timeline
from forecourt.sales import services
from forecourt.sales.values import NewRefund
from tests.sales.scenes import HEAD_OFFICE, a_sale, flat_books_agree
from tests.sales.test_offers import left, per_litre, publish

NOW = clock.now()
TOMORROW = timedelta(days=1)


def of_volume(limit: str, **more) -> dict:
    return per_litre(budgets=[{"measure": "volume", "limit": limit} | more])


def announce(limit: str, **more) -> None:
    """Publish another limit, to hold from tomorrow on."""
    offer = language.convert({"name": "litre"} | of_volume(limit, **more))
    offers.publish_offers(HEAD_OFFICE, [offer], valid_from=clock.now() + TOMORROW)


def discounts(chain, *refs: str) -> list[str]:
    """What sales of 20 litres get, one after the other."""
    return [str(chain.post_one(ref, None, occurred_at=clock.now(), tenders=()).totals.discount) for ref in refs]


@pytest.mark.parametrize("later", ["2000", "70"])
def test_one_that_is_raised_from_tomorrow_on_is_spent_today_to_the_limit_of_today(chain, later):
    publish(of_volume("50"))
    assert discounts(chain, "1") == ["6.00"]
    announce(later)
    assert discounts(chain, "2", "3", "4") == ["6.00", "3.00", "0.00"]
    assert left() == {"volume:total": Decimal(0)}
    flat_books_agree()
    with clock.as_of(clock.now() + TOMORROW):
        assert discounts(chain, "5") == ["6.00"]
        assert left() == {"volume:total": Decimal(later) - 70}


def test_one_that_is_lowered_from_tomorrow_on_is_spent_today_to_the_limit_of_today(chain):
    publish(of_volume("1000"))
    first = chain.post_one("1", None, occurred_at=clock.now(), tenders=())
    announce("30")
    assert discounts(chain, "2", "3") == ["6.00", "6.00"]
    flat_books_agree()
    with clock.as_of(clock.now() + TOMORROW):
        assert discounts(chain, "4") == ["0.00"]
        services.refund_sale(HEAD_OFFICE, first.id, NewRefund(source_ref="r"))
        assert discounts(chain, "5") == ["0.00"], "40 of 30 are used"
        second = sql.rows("SELECT sale_id FROM sales_claim WHERE source_ref = '2'")[0][0]
        services.refund_sale(HEAD_OFFICE, second, NewRefund(source_ref="r2"))
        assert discounts(chain, "6", "7") == ["3.00", "0.00"]
        assert left() == {"volume:total": Decimal(0)}


def test_the_first_sale_of_a_day_opens_a_budget_with_the_limit_of_now_not_with_its_own(chain):
    publish(of_volume("5000", per="day"))
    publish(of_volume("100", per="day"), since=0.001)
    sale = a_sale("late", None, occurred_at=clock.now() - timedelta(minutes=30), tenders=())
    (receipt,) = chain.post(sale)
    assert str(receipt.totals.discount) == "6.00"
    assert sql.rows("SELECT sum(quota), sum(used) FROM offers_slot") == [(100, 20)]
    flat_books_agree()


def test_a_promise_is_kept_though_the_limit_was_lowered_below_what_is_used(chain):
    publish(of_volume("1000"))
    wanted = a_sale("1", None, occurred_at=clock.now(), tenders=())
    (promised,) = services.reserve_sales(HEAD_OFFICE, [wanted])
    assert discounts(chain, "2") == ["6.00"]
    publish(of_volume("10"), since=0)
    (kept,) = chain.post(replace(wanted, reservation=promised.reservation))
    assert str(kept.totals.discount) == "6.00"
    assert discounts(chain, "3") == ["0.00"]
    flat_books_agree()


def test_who_knew_an_older_limit_does_not_go_back_to_it(chain):
    publish(of_volume("5000"))
    assert discounts(chain, "1") == ["6.00"]
    ((budget,),) = sql.rows("SELECT DISTINCT budget FROM offers_slot")
    for known, now, found in (
        ("5000", "100", "4980"),
        ("100", "100", "80"),
        ("5000", "100", "80"),
        ("100", "2000", "80"),
    ):
        _held, rest = offer_records.hold_all({budget: Decimal(known)}, lambda now=now: {budget: Decimal(now)})
        assert rest == {budget: Decimal(found)}


def version(limit: str | None):
    body = per_litre() if limit is None else of_volume(limit)
    return language.convert({"name": "litre"} | body)


def test_a_limit_is_that_of_the_last_version_that_has_begun_and_has_it():
    timeline = Timeline()
    for number, (day, offer) in enumerate(
        [(0, version("500")), (2, version(None)), (4, None), (6, version("100")), (6, version("90"))], 1
    ):
        timeline.add(NOW + day * TOMORROW, number, offer)
    found = Offers({7: timeline}, ())
    key, own = "7:volume:total", "8:volume:total"
    for day, limit in ((-1, 1), (0, 500), (3, 500), (5, 500), (6, 90), (9, 90)):
        limits = found.limits_at({key: Decimal(1), own: Decimal(3)}, NOW + day * TOMORROW)
        assert limits == {key: Decimal(limit), own: Decimal(3)}


def test_a_large_budget_that_stands_in_one_slot_gets_the_others_once_all_are_held(chain):
    publish(of_volume("2000"))
    assert discounts(chain, "1") == ["6.00"]
    ((budget,),) = sql.rows("SELECT DISTINCT budget FROM offers_slot")
    sql.run("DELETE FROM offers_slot WHERE slot > 0")
    sql.run("UPDATE offers_slot SET quota = 2000, used = 20")
    _held, rest = offer_records.hold_all({budget: Decimal(2000)}, lambda: {budget: Decimal(2000)})
    assert rest == {budget: Decimal(1980)}
    assert sql.rows("SELECT count(*), sum(quota), sum(used), min(quota - used) FROM offers_slot") == [
        (8, 2000, 20, 247)
    ]
    flat_books_agree()
