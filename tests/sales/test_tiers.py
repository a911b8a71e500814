"""The tier review: from the sales of the window, whatever the order they came in, as often as one likes."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.customers import services as customer_services
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotAllowed
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.values import TierBasis
from forecourt.organisation.models import Station
from forecourt.sales import queries, services
from forecourt.sales.values import NewRefund
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    a_line,
    a_return,
    a_sale,
    ago,
    catch_up,
    events,
    everything_proves,
    member,
    water,
)


def review(day=None) -> int:
    return services.review_tiers(HEAD_OFFICE, day or ago(0).date() + timedelta(days=1))


def standing(customer_id: int) -> tuple[str, Decimal]:
    return sql.rows("SELECT tier, tier_value FROM loyalty_balance WHERE customer_id = %(id)s", {"id": customer_id})[0]


def test_a_review_gives_tiers_by_spend_and_tells_of_changes(real_chain):
    silver, basic, gold, idle = real_chain.enrol(4)
    real_chain.post(
        a_sale("1", 1, water(100)), a_sale("2", 2, water(99)), a_sale("3", 3, a_line("92", "250.000", "2000.00"))
    )
    catch_up()
    assert review() == 2
    assert [loyalty.balance(number).tier for number in (silver, basic, gold, idle)] == [
        "silver",
        "basic",
        "gold",
        "basic",
    ]
    told = {event["customer_id"]: (event["before"], event["after"]) for event in events("tier.changed.v1")}
    assert told == {silver: ("basic", "silver"), gold: ("basic", "gold")}
    everything_proves()


def test_a_review_done_again_changes_nothing(real_chain):
    real_chain.enrol()
    real_chain.post_one("1", 1, water(200))
    assert review() == 1
    assert review() == 0
    assert len(events("tier.changed.v1")) == 1
    everything_proves()


def test_the_order_of_sales_makes_no_difference(chain):
    chain.enrol(2)
    sales = [water(60), water(30), a_line("92", "30.000", "229.50"), a_line("6901234567892", "-10", "-50.00")]
    chain.post(*[a_sale(f"a{number}", 1, line, occurred_at=ago(1)) for number, line in enumerate(sales)])
    for number, line in reversed(list(enumerate(sales))):
        chain.post(a_sale(f"b{number}", 2, line, occurred_at=ago(1)))
    review()
    first, second = sql.rows("SELECT tier, tier_value, points FROM loyalty_balance ORDER BY customer_id")
    assert first == second
    assert first[0] == "silver"


def test_a_tier_earned_today_counts_from_tomorrow(chain):
    chain.enrol()
    chain.post_one("1", 1, water(200), occurred_at=ago(1))
    assert chain.post_one("2", 1, water(1)).tier == "basic"
    review(ago(1).date())
    assert chain.post_one("3", 1, water(1)).tier == "basic"
    review()
    assert chain.post_one("4", 1, water(1)).tier == "silver"


def test_a_tier_is_lost_when_its_sales_leave_the_window_or_are_refunded(chain):
    first, second = chain.enrol(2)
    sale = chain.post_one("1", 1, water(200))
    chain.post_one("2", 2, water(200), occurred_at=ago(200))
    review()
    assert [loyalty.balance(number).tier for number in (first, second)] == ["silver", "silver"]
    services.refund_sale(HEAD_OFFICE, sale.id, NewRefund(source_ref="r"))
    assert review() == 1
    assert standing(first) == ("basic", 0)
    assert review(ago(0).date() + timedelta(days=200)) == 1
    assert standing(second) == ("basic", 0)


@pytest.mark.parametrize(
    ("basis", "value"), [(TierBasis.SPEND, "311.00"), (TierBasis.VOLUME, "40.000"), (TierBasis.VISITS, "4")]
)
def test_tiers_may_count_spend_volume_or_visits(chain, basis, value):
    (customer_id,) = chain.enrol()
    chain.publish(replace(PROGRAMME, tier_basis=basis), valid_from=ago(2))
    chain.post(a_sale("1", 1, a_line(), water(1)), a_sale("2", 1), a_return("3", 1, 1), a_sale("4", 1, water(1)))
    refunded = chain.post_one("5", 1, water(1))
    services.refund_sale(HEAD_OFFICE, refunded.id, NewRefund(source_ref="r"))
    review()
    assert standing(customer_id)[1] == Decimal(value)


def test_the_sales_of_a_merged_customer_count_for_the_survivor(real_chain):
    survivor, merged = real_chain.enrol(2)
    real_chain.post(a_sale("1", 1, water(60)), a_sale("2", 2, water(60)))
    customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    review()
    assert standing(survivor) == ("silver", Decimal(600))
    assert standing(merged)[1] == 0
    everything_proves()


def test_prove_agrees_after_a_merge_that_no_review_has_seen(real_chain):
    survivor, merged = real_chain.enrol(2)
    real_chain.post(a_sale("1", 1, water(60)), a_sale("2", member(2), water(60)))
    review()
    customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    everything_proves()


def test_a_review_asks_for_permission(chain):
    with pytest.raises(NotAllowed):
        services.review_tiers(Actor(kind="staff", name="E1"), ago(0).date())


def test_a_day_is_closed_once_when_it_has_begun_at_every_station(chain):
    morning = datetime(2026, 3, 5, 6, 30, tzinfo=clock.zone("Asia/Shanghai"))
    Station.objects.filter(code=chain.station.code).update(day_rolls_at=time(6))
    assert queries.day_to_close(HEAD_OFFICE, morning - timedelta(hours=1)) is None
    assert queries.day_to_close(HEAD_OFFICE, morning) == date(2026, 3, 5)
    review(date(2026, 3, 5))
    assert queries.day_to_close(HEAD_OFFICE, morning) is None
    assert queries.day_to_close(HEAD_OFFICE, morning + timedelta(days=1)) == date(2026, 3, 6)


def test_no_day_is_closed_before_there_is_a_programme(db, station):
    assert queries.day_to_close(HEAD_OFFICE, ago(0)) is None


def test_who_joins_under_a_newer_rulebook_is_in_its_entry_tier(real_chain):
    real_chain.enrol()
    catch_up()
    review(ago(0).date())
    newer = replace(PROGRAMME, tiers=(replace(PROGRAMME.tiers[0], code="starter"), *PROGRAMME.tiers[1:]))
    real_chain.publish(newer, valid_from=ago(1))
    real_chain.enrol()
    catch_up()
    assert sorted(row[0] for row in sql.rows("SELECT tier FROM loyalty_balance")) == ["basic", "starter"]
    everything_proves()
