"""A coupon that cannot be issued is left out: what else is due is given all the same, and who goes without is told."""

from datetime import date, timedelta

import msgspec
import pytest

from forecourt.coupons import services as coupon_services
from forecourt.coupons.values import Template
from forecourt.customers import services as customers
from forecourt.customers.events import CustomerJoined
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import SYSTEM
from forecourt.loyalty.values import Every, TierCoupon
from forecourt.occasions import handlers, services
from forecourt.occasions.models import Benefit, DailyRun, GiftRow, Referral
from forecourt.occasions.values import Flag, GiftRules, ReferralState, RulesKind
from tests.occasions.conftest import REFERRAL, begin_to_hold, coupons_of, furnished, hold, set_back, with_coupons
from tests.occasions.test_gifts import born, change_tier, enrolled, give
from tests.sales.scenes import HEAD_OFFICE, Chain, ago, catch_up, day_of, events, everything_proves, points


@pytest.fixture
def real_chain(committed) -> Chain:
    return furnished()


def limited(code: str, limit: int) -> None:
    """A template of which so many coupons are issued."""
    coupon_services.create_template(HEAD_OFFICE, Template(code=code, name=code, valid_days=30, limit=limit))


def retire(code: str) -> None:
    coupon_services.retire_template(HEAD_OFFICE, code)


def test_who_comes_when_the_coupon_is_used_up_has_the_points_and_is_told(real_chain):
    limited("few", 1)
    hold(RulesKind.BIRTHDAY, GiftRules(points=100, template="few", active_days=0))
    first, second = born(real_chain, "11-25", 2)
    assert give(date(2026, 11, 25)) == 2
    assert (points(first), points(second)) == (100, 100)
    assert [coupons_of(one) for one in (first, second)] == [[("few", "birthday:2026")], []]
    assert list(GiftRow.objects.order_by("customer_id").values_list("template", flat=True)) == ["few", ""]
    told = events("gift.coupon_left_out.v1")
    assert [(one["customer_id"], one["template"], one["origin"]) for one in told] == [(second, "few", "birthday:2026")]
    everything_proves()


def test_a_gift_that_is_a_coupon_only_waits_for_it_and_is_told_in_the_end(chain):
    hold(RulesKind.BIRTHDAY, GiftRules(template="cake", active_days=0))
    retire("cake")
    (early,) = born(chain, "11-25")
    assert give(date(2026, 11, 25)) == 0
    assert events("gift.coupon_left_out.v1") == []
    coupon_services.revive_template(HEAD_OFFICE, "cake")
    assert give(date(2026, 11, 26)) == 1
    assert coupons_of(early) == [("cake", "birthday:2026")]
    retire("cake")
    (late,) = born(chain, "11-25")
    assert give(date(2026, 12, 2)) == 0
    assert [one["customer_id"] for one in events("gift.coupon_left_out.v1")] == [late]


def test_what_fails_of_a_day_does_not_stop_the_others_and_is_told(chain):
    today = day_of(clock.now())
    hold(RulesKind.BIRTHDAY, GiftRules(points=7, active_days=0))
    hold(RulesKind.ANNIVERSARY, GiftRules(points=5, active_days=0))
    (customer_id,) = born(chain, f"{today:%m-%d}")
    sql.run(
        "UPDATE customers_customer SET joined_at = joined_at - interval '1 year' WHERE id = %(id)s", {"id": customer_id}
    )
    sql.run("ALTER TABLE occasions_gift ADD CONSTRAINT no_birthdays CHECK (kind <> 'birthday') NOT VALID")
    with pytest.raises(ExceptionGroup, match="due today"):
        services.begin_day(SYSTEM)
    assert points(customer_id) == 5
    assert set(DailyRun.objects.values_list("name", flat=True)) == {"anniversary", "benefits"}


def test_reaching_a_tier_and_joining_go_on_without_a_coupon_that_is_not_issued(chain):
    chain.publish(with_coupons("gold", TierCoupon(template="cake"), TierCoupon(template="wash", every=Every.MONTH)))
    retire("cake")
    retire("wash")
    customer_id = enrolled(chain)
    change_tier(customer_id, "basic", "gold")
    assert (coupons_of(customer_id), Benefit.objects.count()) == ([], 0)
    assert [one["template"] for one in events("gift.coupon_left_out.v1")] == ["cake"]
    coupon_services.revive_template(HEAD_OFFICE, "wash")
    assert services.give_benefits(SYSTEM, day_of(clock.now())) == 1
    assert [template for template, _ in coupons_of(customer_id)] == ["wash"]
    chain.publish(with_coupons("basic", TierCoupon(template="cake")))
    (new,) = chain.enrol()
    handlers.welcome([CustomerJoined(customer_id=new, occurred_at=clock.now(), kind="person")])
    assert coupons_of(new) == []


def test_who_is_blocked_has_no_benefit_of_a_tier(chain):
    chain.publish(with_coupons("gold", TierCoupon(template="cake")))
    customer_id = enrolled(chain)
    customers.block_customer(HEAD_OFFICE, customer_id, "欠款")
    change_tier(customer_id, "basic", "gold")
    assert coupons_of(customer_id) == []


def brought(chain: Chain, count: int) -> list[Referral]:
    """So many referrals, each of another referrer, whose reward is due now."""
    hold(RulesKind.REFERRAL, msgspec.structs.replace(REFERRAL, minutes=0, cooling_days=0))
    made = []
    for _turn in range(count):
        old, new = chain.enrol(2)
        set_back("customers_customer", "joined_at", 400, id=old)
        services.make_referral(HEAD_OFFICE, new, services.referral_code(HEAD_OFFICE, old))
        chain.post_one(f"s-{new}", chain.members, occurred_at=ago(0.001))
        made.append(Referral.objects.get(referred_id=new))
    catch_up()
    return made


def test_a_referral_whose_coupon_is_used_up_waits_and_the_others_are_rewarded(real_chain):
    coupon_services.change_template(HEAD_OFFICE, Template(code="wash", name="wash", valid_days=30, worth=20, limit=1))
    first, second = brought(real_chain, 2)
    assert services.reward_referrals(SYSTEM) == 1
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.flags) == (ReferralState.REWARDED, [Flag.TEMPLATE])
    coupon_services.change_template(HEAD_OFFICE, Template(code="wash", name="wash", valid_days=30, worth=20, limit=2))
    assert services.reward_referrals(SYSTEM) == 1
    everything_proves()


@pytest.mark.parametrize("side", ["referrer_id", "referred_id"])
def test_a_referral_of_who_is_blocked_waits_for_a_person(real_chain, side):
    (referral,) = brought(real_chain, 1)
    customers.block_customer(HEAD_OFFICE, getattr(referral, side), "欠款")
    assert services.reward_referrals(SYSTEM) == 0
    referral.refresh_from_db()
    assert referral.flags == [Flag.BLOCKED]
    services.approve_referral(HEAD_OFFICE, referral.pk)
    assert services.reward_referrals(SYSTEM) == 1


def test_once_stopped_nothing_is_given_for_days_before_either(chain):
    hold(RulesKind.BIRTHDAY, GiftRules(points=100, active_days=0))
    today = day_of(clock.now())
    services.stop_rules(HEAD_OFFICE, RulesKind.BIRTHDAY)
    (customer_id,) = born(chain, f"{today - timedelta(days=2):%m-%d}")
    assert give(today) == give(today + timedelta(days=1)) == services.begin_day(SYSTEM) == 0
    assert points(customer_id) == 0
    begin_to_hold(RulesKind.BIRTHDAY, GiftRules(points=7, active_days=0))
    assert give(today) == 1
