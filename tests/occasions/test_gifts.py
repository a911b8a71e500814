"""Gifts on birthdays and anniversaries, and what tiers bring: each once, however often and late it runs."""

from datetime import date, timedelta

import pytest

from forecourt.customers import services as customers
from forecourt.customers.models import Customer
from forecourt.customers.values import CustomerChanges
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import SYSTEM
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.events import TierChanged
from forecourt.loyalty.values import Every, TierCoupon
from forecourt.occasions import handlers, services
from forecourt.occasions.models import Benefit, DailyRun, GiftRow
from forecourt.occasions.values import GiftRules, RulesKind
from tests.occasions.conftest import begin_to_hold, coupons_of, hold, with_coupons
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, day_of, points
from tests.sales.scenes import events as told

BIRTHDAY = GiftRules(points=100, template="cake", days_before=3, days_after=7, active_days=0)


def born(chain, birthday: str, count: int = 1) -> list[int]:
    ids = chain.enrol(count)
    for customer_id in ids:
        customers.update_customer(HEAD_OFFICE, customer_id, CustomerChanges(birthday=birthday))
    return ids


def give(day: date, kind: RulesKind = RulesKind.BIRTHDAY) -> int:
    return services.give_gifts(SYSTEM, kind, day)


def test_a_birthday_brings_points_and_a_coupon_once_a_year(chain):
    hold(RulesKind.BIRTHDAY, BIRTHDAY)
    first, second = *born(chain, "11-25"), *born(chain, "12-25")
    assert give(date(2026, 11, 21)) == 0
    assert give(date(2026, 11, 22)) == 1
    assert give(date(2026, 11, 22)) == 0
    assert give(date(2026, 11, 27)) == 0
    assert (points(first), coupons_of(first)) == (100, [("cake", "birthday:2026")])
    assert (points(second), coupons_of(second)) == (0, [])
    (until,) = sql.rows("SELECT expires_on FROM coupons_coupon")[0]
    assert until == date(2026, 12, 2)
    assert told("gift.given.v1")[0] | {"occurred_at": ""} == {
        "customer_id": first,
        "occurred_at": "",
        "kind": "birthday",
        "year": 2026,
        "points": 100,
        "template": "cake",
    }
    assert [event["origin"] for event in told("coupon.issued.v1")] == ["birthday:2026"]
    assert [event["origin"] for event in told("points.given.v1")] == ["birthday:2026"]
    assert give(date(2027, 11, 22)) == 1
    assert points(first) == 200


def test_days_that_were_missed_are_caught_up_for_a_week(chain):
    hold(RulesKind.BIRTHDAY, BIRTHDAY)
    (customer_id,) = born(chain, "11-25")
    assert give(date(2026, 11, 29)) == 1
    assert sql.rows("SELECT expires_on FROM coupons_coupon")[0][0] == date(2026, 12, 9)
    born(chain, "11-25")
    assert give(date(2026, 11, 30)) == 0
    assert points(customer_id) == 100


def test_a_birthday_soon_after_new_year_belongs_to_that_year(chain):
    hold(RulesKind.BIRTHDAY, BIRTHDAY)
    (customer_id,) = born(chain, "01-02")
    assert give(date(2026, 12, 30)) == 1
    assert give(date(2027, 1, 2)) == 0
    assert coupons_of(customer_id) == [("cake", "birthday:2027")]


def test_the_leap_day_is_kept_on_the_28th_and_once(chain):
    hold(RulesKind.BIRTHDAY, GiftRules(points=1, days_before=0, active_days=0))
    (leap,) = born(chain, "02-29")
    assert give(date(2027, 2, 27)) == 0
    assert give(date(2027, 2, 28)) == 1
    assert give(date(2027, 3, 1)) == 0
    assert give(date(2028, 2, 28)) == 0
    assert give(date(2028, 2, 29)) == 1
    assert points(leap) == 2


def test_only_active_members_of_the_tiers_who_are_not_blocked_have_gifts(chain):
    chain.publish(PROGRAMME)
    active, idle, blocked = born(chain, "11-25", 3)
    for number, customer_id in enumerate((active, idle, blocked)):
        sql.run(
            "INSERT INTO customers_profile (customer_id, last_sale_at, sales_count, sales_year, fuel_total, fuel_year, "
            "spend_total, spend_year, shop_year, main_grade, refreshed_at) "
            "VALUES (%(id)s, %(at)s, 1, 1, 0, 0, 0, 0, 0, '', now())",
            {"id": customer_id, "at": clock.now() - timedelta(days=400 if number == 1 else 10)},
        )
    customers.block_customer(HEAD_OFFICE, blocked, "欠款")
    hold(RulesKind.BIRTHDAY, GiftRules(points=5, days_before=3, active_days=365))
    assert give(date(2026, 11, 22)) == 1
    assert [points(one) for one in (active, idle, blocked)] == [5, 0, 0]
    hold(RulesKind.BIRTHDAY, GiftRules(points=5, days_before=3, active_days=0, tiers=("gold",)))
    assert give(date(2027, 11, 22)) == 0
    sql.run("UPDATE loyalty_balance SET tier = 'gold' WHERE customer_id = %(id)s", {"id": active})
    assert give(date(2027, 11, 22)) == 1


def test_a_merged_member_has_one_gift(chain):
    hold(RulesKind.BIRTHDAY, BIRTHDAY)
    first, second = *born(chain, "11-25"), *born(chain, "11-25")
    bare = chain.enrol()[0]
    (third,) = born(chain, "11-25")
    customers.merge_customers(HEAD_OFFICE, bare, third)  # the survivor has the merged one's birthday
    assert give(date(2026, 11, 22)) == 3
    customers.merge_customers(HEAD_OFFICE, first, second)
    GiftRow.objects.filter(customer_id=first).delete()  # only the merged one's gift is known
    assert give(date(2026, 11, 23)) == 0
    assert coupons_of(bare) == [("cake", "birthday:2026")]


def test_a_list_of_any_size_takes_the_same_statements(chain):
    hold(RulesKind.BIRTHDAY, BIRTHDAY)
    born(chain, "10-25")
    give(date(2026, 10, 22))  # now the process knows the company and the months
    born(chain, "11-25", 2)
    with sql.watching() as few:
        assert give(date(2026, 11, 22)) == 2
    born(chain, "12-25", 40)
    with sql.watching() as many:
        assert give(date(2026, 12, 22)) == 40
    assert len(few) == len(many)


def test_an_anniversary_counts_whole_years_by_the_company_clock(chain):
    hold(RulesKind.ANNIVERSARY, GiftRules(points=50, days_before=0, active_days=0))
    first, second, new = chain.enrol(3)
    Customer.objects.filter(id=first).update(joined_at="2023-11-21T16:30:00Z")  # the 22nd in Shanghai
    Customer.objects.filter(id=second).update(joined_at="2024-02-29T04:00:00Z")
    Customer.objects.filter(id=new).update(joined_at="2026-11-22T02:00:00Z")
    assert give(date(2026, 11, 21), RulesKind.ANNIVERSARY) == 0
    assert give(date(2026, 11, 22), RulesKind.ANNIVERSARY) == 1
    assert give(date(2026, 2, 28), RulesKind.ANNIVERSARY) == 1
    assert give(date(2028, 2, 28), RulesKind.ANNIVERSARY) == 0
    assert give(date(2028, 2, 29), RulesKind.ANNIVERSARY) == 1
    assert [points(one) for one in (first, second, new)] == [50, 100, 0]


def test_gifts_follow_the_rules_of_the_day_they_were_due_on(chain):
    """Though the machine stood still, and other rules began meanwhile."""
    today = day_of(clock.now())
    old = GiftRules(points=10, active_days=0)
    hold(RulesKind.BIRTHDAY, old)
    begin_to_hold(RulesKind.BIRTHDAY, GiftRules(points=20, active_days=0))
    before, on = (born(chain, f"{today - timedelta(days=back):%m-%d}")[0] for back in (2, 0))
    assert give(today) == 2
    assert [points(before), points(on)] == [10, 20]
    assert list(GiftRow.objects.order_by("day").values_list("points", "version")) == [(10, 1), (20, 2)]


def test_days_before_the_first_rules_bring_nothing(chain):
    today = day_of(clock.now())
    begin_to_hold(RulesKind.BIRTHDAY, GiftRules(points=10, days_before=3, active_days=0))
    members = [born(chain, f"{today + timedelta(days=days):%m-%d}")[0] for days in (-1, 0, 2, 3, 4)]
    assert give(today) == 3
    assert [points(one) for one in members] == [0, 10, 10, 10, 0]


def test_nobody_is_left_out_when_gifts_are_given_earlier_than_before(chain):
    today = day_of(clock.now())
    hold(RulesKind.BIRTHDAY, GiftRules(points=10, active_days=0))
    members = [born(chain, f"{today + timedelta(days=days):%m-%d}")[0] for days in range(6)]
    assert give(today) == 1
    begin_to_hold(RulesKind.BIRTHDAY, GiftRules(points=20, days_before=4, active_days=0))
    assert give(today) == 4
    assert give(today + timedelta(days=1)) == 1
    assert [points(one) for one in members] == [10, 20, 20, 20, 20, 20]


def test_rules_that_begin_during_the_day_give_to_who_had_none(chain):
    today = day_of(clock.now())
    hold(RulesKind.BIRTHDAY, GiftRules(points=5, active_days=0, tiers=()))
    born(chain, f"{today:%m-%d}")
    assert services.begin_day(SYSTEM) == 1
    late = born(chain, f"{today:%m-%d}")
    assert services.begin_day(SYSTEM) == 0
    assert DailyRun.objects.count() == 3
    begin_to_hold(RulesKind.BIRTHDAY, GiftRules(points=7, active_days=0))
    assert services.begin_day(SYSTEM) == 1
    assert services.begin_day(SYSTEM) == 0
    assert points(late[0]) == 7
    services.stop_rules(HEAD_OFFICE, RulesKind.BIRTHDAY)
    born(chain, f"{today:%m-%d}")
    assert services.begin_day(SYSTEM) == 0


def change_tier(customer_id: int, before: str, after: str) -> None:
    sql.run("UPDATE loyalty_balance SET tier = %(tier)s WHERE customer_id = %(id)s", {"id": customer_id, "tier": after})
    handlers.bring_benefits([TierChanged(customer_id=customer_id, occurred_at=clock.now(), before=before, after=after)])


@pytest.fixture
def golden(chain):
    """A chain whose gold tier brings a cake when it is reached, a wash each month and a coffee each year."""
    chain.publish(
        with_coupons(
            "gold",
            TierCoupon(template="cake", every=Every.ENTRY),
            TierCoupon(template="wash", every=Every.MONTH),
            TierCoupon(template="coffee", every=Every.YEAR),
        )
    )
    return chain


def enrolled(chain) -> int:
    (customer_id,) = chain.enrol()
    from forecourt.loyalty import records

    records.open_balances([customer_id], "basic")
    return customer_id


def test_reaching_a_tier_brings_its_coupons_and_leaving_and_reaching_it_again_brings_none(golden):
    customer_id = enrolled(golden)
    today = day_of(clock.now())
    change_tier(customer_id, "basic", "gold")
    expected = [
        ("cake", f"tier:gold:entry:{today}"),
        ("coffee", f"tier:gold:{today:%Y}"),
        ("wash", f"tier:gold:{today:%Y-%m}"),
    ]
    assert sorted(coupons_of(customer_id)) == expected
    change_tier(customer_id, "basic", "gold")  # the same event twice
    change_tier(customer_id, "gold", "silver")
    change_tier(customer_id, "silver", "gold")
    assert services.give_benefits(SYSTEM, today) == 0
    assert sorted(coupons_of(customer_id)) == expected


def test_each_month_brings_the_coupon_of_the_tier_once(golden):
    one, other = enrolled(golden), enrolled(golden)
    change_tier(one, "basic", "gold")
    next_month = (day_of(clock.now()).replace(day=1) + timedelta(days=32)).replace(day=1)
    assert services.give_benefits(SYSTEM, next_month) == (1 if next_month.month > 1 else 2)
    assert services.give_benefits(SYSTEM, next_month) == 0
    assert ("wash", f"tier:gold:{next_month:%Y-%m}") in coupons_of(one)
    assert coupons_of(other) == []


def test_long_after_it_was_left_a_tier_brings_its_welcome_again(golden):
    customer_id = enrolled(golden)
    change_tier(customer_id, "basic", "gold")
    sql.run(
        "UPDATE occasions_benefit SET period = '2025-01-01', given_at = given_at - interval '366 days' "
        "WHERE every = 'entry'"
    )
    sql.run("UPDATE coupons_coupon SET origin = 'tier:gold:entry:2025-01-01' WHERE origin LIKE '%%entry%%'")
    change_tier(customer_id, "silver", "gold")
    assert [template for template, _ in coupons_of(customer_id)].count("cake") == 2


def test_who_falls_to_a_lower_tier_waits_for_the_next_month(golden):
    tiers = list(with_coupons("gold", TierCoupon(template="wash", every=Every.MONTH)).tiers)
    silver = with_coupons("silver", TierCoupon(template="coffee", every=Every.MONTH)).tiers[1]
    import msgspec

    golden.publish(msgspec.structs.replace(PROGRAMME, tiers=(tiers[0], silver, tiers[2])))
    customer_id = enrolled(golden)
    today = day_of(clock.now())
    change_tier(customer_id, "basic", "gold")
    change_tier(customer_id, "gold", "silver")
    assert services.give_benefits(SYSTEM, today) == 0
    later = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    assert services.give_benefits(SYSTEM, later) == 1
    assert [template for template, _ in coupons_of(customer_id)] == ["wash", "coffee"]


def test_a_merged_member_has_the_benefit_of_a_period_once(golden):
    first, second = enrolled(golden), enrolled(golden)
    change_tier(second, "basic", "gold")
    customers.merge_customers(HEAD_OFFICE, first, second)
    change_tier(first, "basic", "gold")
    assert coupons_of(first) == []
    assert Benefit.objects.count() == 3


def test_new_members_are_welcomed_and_imported_ones_are_not(chain):
    chain.publish(with_coupons("basic", TierCoupon(template="coffee")))
    from forecourt.customers.events import CustomerJoined

    new, old = chain.enrol(2)
    now = clock.now()
    joined = [
        CustomerJoined(customer_id=new, occurred_at=now, kind="person"),
        CustomerJoined(customer_id=old, occurred_at=now - timedelta(days=400), kind="person"),
    ]
    handlers.welcome(joined)
    handlers.welcome(joined)
    assert [template for template, _ in coupons_of(new)] == ["coffee"]
    assert coupons_of(old) == []
    assert loyalty.balance(new).points == 0
