"""The tier review: from the sales of the window, whatever the order they came in, as often as one likes."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from msgspec.structs import replace

from forecourt.customers import services as customer_services
from forecourt.customers.values import CustomerChanges, CustomerKind, NewCustomer
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotAllowed
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.values import TierBasis
from forecourt.organisation.models import Station
from forecourt.sales import queries, services, tasks
from forecourt.sales.services import tiers
from forecourt.sales.values import NewRefund
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    a_line,
    a_return,
    a_sale,
    ago,
    catch_up,
    day_of,
    differences,
    events,
    everything_proves,
    member,
    water,
)


def review(day=None) -> int:
    return services.review_tiers(HEAD_OFFICE, day or day_of(ago(0)) + timedelta(days=1))


GRACE = replace(
    PROGRAMME,
    grace_days=30,
    warn_days=10,
    business_tier="silver",
    tiers=(PROGRAMME.tiers[0], replace(PROGRAMME.tiers[1], keep=Decimal(300)), PROGRAMME.tiers[2]),
)


def state(customer_id: int) -> tuple[str, date | None, date | None]:
    columns = "tier, tier_since, tier_until"
    return sql.rows(f"SELECT {columns} FROM loyalty_balance WHERE customer_id = %(id)s", {"id": customer_id})[0]


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
    review(day_of(ago(1)))
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
    assert review(day_of(ago(0)) + timedelta(days=200)) == 1
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
        services.review_tiers(Actor(kind="staff", name="E1"), day_of(ago(0)))


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
    review(day_of(ago(0)))
    newer = replace(PROGRAMME, tiers=(replace(PROGRAMME.tiers[0], code="starter"), *PROGRAMME.tiers[1:]))
    real_chain.publish(newer, valid_from=ago(1))
    real_chain.enrol()
    catch_up()
    assert sorted(row[0] for row in sql.rows("SELECT tier FROM loyalty_balance")) == ["basic", "starter"]
    everything_proves()


def test_a_tier_is_kept_warned_of_and_lost_and_every_step_proves(real_chain):
    """Silver for 500, kept with 300; grace of 30 days, a warning 10 days before its end."""
    (customer_id,) = real_chain.enrol()
    real_chain.publish(GRACE, valid_from=ago(900))
    real_chain.post(a_sale("1", 1, water(60), occurred_at=ago(360)), a_sale("2", 1, water(50), occurred_at=ago(300)))
    first = day_of(ago(0))
    assert review(first) == 1
    assert state(customer_id) == ("silver", first, None)
    leaves = first + timedelta(days=6)  # the first sale leaves the window
    ends = leaves + timedelta(days=29)
    seen = []
    for number in range(0, 60):
        day = first + timedelta(days=number)
        review(day)
        seen.append((day, *state(customer_id)))
        if number in {0, 6, 20, 35, 36, 59}:
            everything_proves()
    changes = [now for before, now in pairwise(seen) if before[1:] != now[1:]]
    assert [(day, tier, until) for day, tier, _, until in changes] == [
        (leaves, "silver", ends),
        (ends + timedelta(days=1), "basic", None),
    ]
    (risk,) = events("tier.at_risk.v1")
    assert (risk["tier"], risk["falls_to"], Decimal(risk["missing"])) == ("silver", "basic", 50)
    assert risk["until"] == ends.isoformat()
    assert [(one["before"], one["after"]) for one in events("tier.changed.v1")][-1] == ("silver", "basic")


def test_coming_back_in_time_ends_the_grace(real_chain):
    (customer_id,) = real_chain.enrol()
    real_chain.publish(GRACE, valid_from=ago(900))
    real_chain.post_one("1", 1, water(110), occurred_at=ago(360))
    today = day_of(ago(0))
    review(today)
    review(today + timedelta(days=10))
    assert state(customer_id)[2] is not None
    progress = loyalty.progress(customer_id)
    assert (progress.tier, progress.keep_missing, progress.missing, progress.percent) == ("silver", 300, 2000, 0)
    real_chain.post_one("2", 1, water(60))
    assert review(today + timedelta(days=11)) == 0
    assert state(customer_id) == ("silver", today, None)
    assert loyalty.progress(customer_id).keep_missing == 0
    everything_proves()


def test_a_day_reviewed_again_with_later_sales_is_as_if_reviewed_once(real_chain):
    """A tier that fell in the morning is held after all when the sale that keeps it comes in late."""
    (customer_id,) = real_chain.enrol()
    real_chain.publish(replace(GRACE, grace_days=0), valid_from=ago(900))
    real_chain.post_one("1", 1, water(110), occurred_at=ago(360))
    today = day_of(ago(0))
    review(today)
    later = today + timedelta(days=10)
    assert review(later) == 1
    assert state(customer_id) == ("basic", later, None)
    real_chain.post_one("2", 1, water(61))
    assert review(later) == 1
    assert state(customer_id) == ("silver", today, None)
    everything_proves()
    assert review(later) == 0
    assert review(later + timedelta(days=1)) == 0
    everything_proves()


def test_reviewing_a_day_before_the_last_one_still_proves(real_chain):
    real_chain.enrol()
    real_chain.post_one("1", 1, water(110), occurred_at=ago(3))
    today = day_of(ago(0))
    for day in (today, today - timedelta(days=5), today - timedelta(days=1), today):
        review(day)
        everything_proves()


def test_businesses_start_in_a_tier_of_their_own_and_stay_there(real_chain):
    real_chain.publish(GRACE, valid_from=ago(900))
    person, business = real_chain.enrol(2)
    customer_services.update_customer(HEAD_OFFICE, business, CustomerChanges(kind=CustomerKind.BUSINESS))
    catch_up()
    review()
    assert [state(one)[0] for one in (person, business)] == ["basic", "silver"]
    (fleet,) = customer_services.create_customers(HEAD_OFFICE, [NewCustomer(name="车队", kind=CustomerKind.BUSINESS)])
    catch_up()
    assert loyalty.balance(fleet).tier == "silver"
    everything_proves()
    assert review(day_of(ago(0)) + timedelta(days=400)) == 0
    everything_proves()


def test_a_merged_customer_keeps_its_tier_for_the_day_it_is_parted(real_chain):
    survivor, merged = real_chain.enrol(2)
    real_chain.publish(GRACE, valid_from=ago(900))
    real_chain.post_one("1", 2, water(110))
    review()
    merge = customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    catch_up()
    assert review() == 1
    assert [state(one)[0] for one in (survivor, merged)] == ["silver", "silver"]
    assert {one["customer_id"] for one in events("tier.changed.v1")} == {survivor, merged}
    customer_services.undo_merge(HEAD_OFFICE, merge)
    catch_up()
    review(day_of(ago(0)) + timedelta(days=2))
    assert [state(one)[0] for one in (survivor, merged)] == ["silver", "silver"]
    assert state(survivor)[2] is not None
    everything_proves()


def test_a_review_that_was_killed_half_way_proves_and_the_next_one_finishes_it(real_chain, monkeypatch):
    members = real_chain.enrol(4)
    real_chain.post(*[a_sale(str(one), one, water(110), occurred_at=ago(3)) for one in range(1, 5)])
    review(day_of(ago(1)))
    real_chain.post(*[a_sale(f"b{one}", one, water(300), occurred_at=ago(1)) for one in range(1, 5)])
    monkeypatch.setattr(tiers, "BATCH", 2)
    saved = []

    def killed(*args):
        if saved:
            raise KeyboardInterrupt
        saved.append(True)
        return save(*args)

    save = tiers._save
    monkeypatch.setattr(tiers, "_save", killed)
    with pytest.raises(KeyboardInterrupt):
        review()
    assert [state(one)[0] for one in members] == ["gold", "gold", "silver", "silver"]
    everything_proves()
    monkeypatch.setattr(tiers, "_save", save)
    assert review() == 2
    everything_proves()
    assert len(events("tier.changed.v1")) == 8


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE loyalty_balance SET tier_until = tier_until + 1",
        "UPDATE loyalty_balance SET tier_since = tier_since - 1",
        "UPDATE loyalty_balance SET tier = 'gold'",
        "UPDATE loyalty_balance SET tier_value = 0",
        "UPDATE loyalty_tierstep SET value = value + 9999",
        "UPDATE loyalty_tierstep SET before_tier = 'gold' WHERE before_tier = 'silver'",
        "UPDATE loyalty_tierstep SET after_until = after_until + 5 WHERE after_until IS NOT NULL",
        "DELETE FROM loyalty_tierstep",
        "DELETE FROM loyalty_tierreview WHERE day < (SELECT max(day) FROM loyalty_tierreview)",
    ],
)
def test_the_proof_of_tiers_finds_what_was_tampered_with(real_chain, tampering):
    real_chain.enrol()
    real_chain.publish(GRACE, valid_from=ago(900))
    real_chain.post(a_sale("1", 1, water(60), occurred_at=ago(360)), a_sale("2", 1, water(50), occurred_at=ago(300)))
    for days in (0, 10):
        review(day_of(ago(0)) + timedelta(days=days))
    everything_proves()
    assert sql.run(tampering) > 0
    assert "tiers" in differences()


def test_the_day_is_closed_points_expired_members_warned_and_tiers_reviewed(real_chain):
    (customer_id,) = real_chain.enrol()
    real_chain.publish(replace(PROGRAMME, points_life_months=1), valid_from=ago(900))
    real_chain.post(a_sale("1", 1, water(110), occurred_at=ago(100)), a_sale("2", 1, water(10), occurred_at=ago(1)))
    assert tasks.close_days(0)
    assert not tasks.close_days(0)
    assert loyalty.balance(customer_id).points == 50
    assert loyalty.balance(customer_id).tier == "silver"
    assert len(events("points.expired.v1")) == 1
    everything_proves()


def test_a_rule_of_its_own_keeps_a_tier_and_tells_what_is_missing(real_chain):
    """Silver is entered by 500 within 10 days and kept by 40 litres within the last 5."""
    (customer_id,) = real_chain.enrol()
    tiers_of = (
        PROGRAMME.tiers[0],
        *[replace(tier, keep=Decimal(40)) for tier in PROGRAMME.tiers[1:]],
    )
    programme = replace(
        PROGRAMME,
        tiers=tiers_of,
        tier_window_days=10,
        keep_basis=TierBasis.VOLUME,
        keep_window_days=5,
        grace_days=2,
        warn_days=5,
    )
    real_chain.publish(programme, valid_from=ago(900))
    today = day_of(ago(0))
    real_chain.post_one("1", 1, water(110), occurred_at=ago(3))
    real_chain.post_one("2", 1, a_line("92", "50.000", "10.00"), occurred_at=ago(0.001))
    review(today)
    assert loyalty.progress(customer_id).keep_missing == 0
    seen = []
    for day in range(1, 12):
        review(today + timedelta(days=day))
        now = loyalty.progress(customer_id)
        seen.append((now.tier, int(now.value), int(now.keep_value), int(now.keep_missing), now.until is not None))
        everything_proves()
    bought, kept = ("silver", 560, 50, 0, False), ("silver", 560, 0, 0, False)
    assert seen[:8] == [bought, bought, bought, bought, bought, kept, kept, ("silver", 10, 0, 40, True)]
    assert seen[8][0] == "silver"
    assert seen[9][0] == "basic"
    (risk,) = events("tier.at_risk.v1")
    assert (risk["tier"], risk["falls_to"], Decimal(risk["missing"])) == ("silver", "basic", 40)


def test_before_what_keeps_a_tier_was_ever_counted_nothing_is_said_to_be_missing(real_chain):
    (customer_id,) = real_chain.enrol()
    tiers_of = (PROGRAMME.tiers[0], *[replace(tier, keep=Decimal(40)) for tier in PROGRAMME.tiers[1:]])
    programme = replace(PROGRAMME, tiers=tiers_of, tier_window_days=10, grace_days=2)
    real_chain.publish(programme, valid_from=ago(900))
    real_chain.post_one("1", 1, water(110), occurred_at=ago(3))
    ahead = iter(range(12))
    while loyalty.progress(customer_id) is None or loyalty.progress(customer_id).until is None:
        review(day_of(ago(0)) + timedelta(days=next(ahead)))
    assert loyalty.progress(customer_id).keep_missing == 40
    real_chain.publish(replace(programme, keep_basis=TierBasis.VOLUME, keep_window_days=5), valid_from=clock.now())
    found = loyalty.progress(customer_id)
    assert (found.tier, found.keep_basis, found.keep_missing) == ("silver", TierBasis.VOLUME, 0)
