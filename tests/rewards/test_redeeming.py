"""Points become rewards, rewards are handed over, taken back or run out."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.coupons import services as coupons
from forecourt.coupons.models import CouponRow, CouponUse
from forecourt.coupons.values import CouponKind, Template
from forecourt.customers import services as customer_services
from forecourt.kernel import clock, sql
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.organisation import services as organisation_services
from forecourt.organisation.queries import company_day
from forecourt.organisation.values import NewRole, Role
from forecourt.rewards import queries, services
from forecourt.rewards.values import IdentifiedBy, OnExpiry, RedemptionState, StockKind
from tests.rewards.windows import FIVE_OFF, MUG, WASH, pieces, rewards_prove, somebody
from tests.sales.scenes import PROGRAMME, events, lots, points

EXPIRY_STATEMENTS = 25


def test_a_mug_is_redeemed_collected_once_and_told(window):
    member = window.member(800)
    window.offer(MUG, pieces=2)
    redemption = window.redeem(member, "MUG")
    assert (points(member), pieces("MUG")) == (300, 1)
    assert redemption.state is RedemptionState.OPEN
    assert redemption.expires_on == company_day() + timedelta(days=29)
    cashier = somebody("cashier", window.chain.station.id)
    collected = services.collect_redemption(cashier, redemption.code.lower(), "S001")
    assert (collected.state, collected.closed_by) == (RedemptionState.COLLECTED, "staff:cashier-7")
    with pytest.raises(Conflict, match="collected already"):
        services.collect_redemption(cashier, redemption.code, "S001")
    assert [event["redemption_id"] for event in events("reward.redeemed.v1")] == [str(redemption.id)]
    assert len(events("reward.collected.v1")) == 1
    assert redemption.code not in str(events("reward.redeemed.v1"))
    rewards_prove()


def test_cancelling_gives_points_to_their_lots_and_the_piece_to_its_stock(window):
    member = window.member(800)
    before = lots(member)
    window.offer(MUG, pieces=1)
    redemption = window.redeem(member, "MUG")
    with pytest.raises(Conflict, match="None of 保温杯 is left"):
        window.redeem(window.member(900), "MUG")
    cancelled = services.cancel_redemption(window.actor, redemption.id, "wrong colour")
    assert (cancelled.state, cancelled.is_returned) == (RedemptionState.CANCELLED, True)
    assert (lots(member), pieces("MUG")) == (before, 1)
    with pytest.raises(Conflict, match="cancelled already"):
        services.cancel_redemption(window.actor, redemption.id, "again")
    with pytest.raises(Conflict, match="was cancelled"):
        services.collect_redemption(window.actor, redemption.code, "S001")
    assert events("reward.cancelled.v1")[0]["points"] == 500
    rewards_prove()


def test_what_was_handed_over_is_taken_back_by_who_may(window):
    member = window.member(500)
    window.offer(MUG, pieces=1)
    redemption = window.redeem(member, "MUG")
    services.collect_redemption(window.actor, redemption.code, "S001")
    manager = somebody("station_manager", window.chain.station.id)
    with pytest.raises(NotAllowed):
        services.cancel_redemption(manager, redemption.id, "it leaks")
    assert points(member) == 0
    services.cancel_redemption(somebody("service_agent"), redemption.id, "it leaks")
    assert (points(member), pieces("MUG")) == (500, 1)
    rewards_prove()


def test_a_reward_whose_coupon_cannot_be_issued_is_out_of_stock(window):
    member = window.member(400)
    template = Template(code="last", name="last", valid_until=company_day(), limit=1)
    coupons.create_template(window.actor, template)
    window.offer(FIVE_OFF, template="last")
    choose = lambda: queries.choices(window.actor, member, "S001")[0]  # noqa: E731
    assert (choose().left, choose().is_redeemable) == (1, True)
    window.redeem(member, "FIVE")
    assert (choose().left, choose().is_redeemable) == (0, False)
    coupons.change_template(window.actor, replace(template, limit=5))
    assert choose().left == 4
    with clock.as_of(clock.now() + timedelta(days=1)):
        assert choose().left == 0
        with pytest.raises(Conflict, match="None of 5 元加油券 is left"):
            window.redeem(member, "FIVE")
    assert points(member) == 200


def test_a_fuel_coupon_is_issued_at_once_and_void_once_taken_back(window):
    member = window.member(400)
    window.offer(FIVE_OFF)
    first, second = window.redeem(member, "FIVE", None), window.redeem(member, "FIVE", None)
    assert first.state is RedemptionState.COLLECTED
    assert first.coupon
    assert first.coupon != second.coupon
    with pytest.raises(Conflict, match="is a coupon"):
        services.collect_redemption(window.actor, first.code)
    services.cancel_redemption(window.actor, first.id, "never mind")
    assert points(member) == 200
    assert len(events("coupon.issued.v1")) == 2
    assert len(events("coupon.voided.v1")) == 1
    rewards_prove()


def test_a_coupon_that_was_used_cannot_be_taken_back(window):
    member = window.member(400)
    window.offer(FIVE_OFF)
    redemption = window.redeem(member, "FIVE", None)
    coupon = CouponRow.objects.get(id=redemption.coupon_id)
    CouponUse.objects.create(
        coupon_id=coupon.id, template_id=coupon.template_id, customer_id=member, used_at=clock.now()
    )
    CouponRow.objects.filter(id=coupon.id).update(status="used", uses_left=0)
    with pytest.raises(Conflict, match="was used, or is held for a sale under way"):
        services.cancel_redemption(window.actor, redemption.id, "try")
    assert points(member) == 200


def test_too_few_points_say_how_many_are_missing_and_change_nothing(window):
    member = window.member(120)
    window.offer(MUG, pieces=1)
    with pytest.raises(Conflict, match="380 are missing") as refusal:
        window.redeem(member, "MUG")
    assert "points" in refusal.value.fields
    assert (points(member), pieces("MUG")) == (120, 1)
    assert queries.of_customer(window.actor, member) == []


def test_limits_of_a_customer_count_those_merged_and_not_what_was_given_back(window):
    member, other = window.member(2000), window.member(2000)
    window.offer(WASH, per_customer=2)
    window.redeem(member, "WASH")
    back = window.redeem(member, "WASH")
    with pytest.raises(Conflict, match="at most 2"):
        window.redeem(member, "WASH")
    services.cancel_redemption(window.actor, back.id, "too late today")
    window.redeem(member, "WASH")
    customer_services.merge_customers(window.actor, other, member)
    with pytest.raises(Conflict, match="at most 2"):
        window.redeem(other, "WASH")


def test_a_cashier_serves_the_own_station_only(window):
    member = window.member(2000)
    window.offer(WASH)
    cashier = somebody("cashier", window.chain.station.id)
    with pytest.raises(NotAllowed):
        services.redeem_reward(cashier, member, "WASH", "S002")
    with pytest.raises(Invalid) as refusal:
        services.redeem_reward(cashier, member, "WASH")
    assert "station" in refusal.value.fields
    redemption = services.redeem_reward(cashier, member, "WASH", "S001")
    with pytest.raises(NotAllowed):
        services.collect_redemption(cashier, redemption.code, "S002")
    with pytest.raises(NotAllowed):
        services.cancel_redemption(cashier, redemption.id, "no")
    with pytest.raises(NotAllowed):
        services.cancel_redemption(somebody("station_manager", -1), redemption.id, "not mine")
    with pytest.raises(NotAllowed):
        services.redeem_reward(somebody("marketer"), member, "WASH")


def test_a_telephone_number_wants_a_supervisors_word_for_a_dear_reward(window):
    member = window.member(5000)
    window.offer(MUG, pieces=5, points=1500)
    for name, role in (
        ("boss", "station_manager@S001"),
        ("elsewhere", "station_manager@S002"),
        ("till", "cashier@S001"),
    ):
        kind, _at, station = role.partition("@")
        _hire(window, name, kind, station)
    cashier = somebody("cashier", window.chain.station.id)
    ask = {"identified_by": IdentifiedBy.PHONE}
    with pytest.raises(Conflict, match="supervisor"):
        services.redeem_reward(cashier, member, "MUG", "S001", **ask)
    for nobody in ("elsewhere", "till", "not a name", "ghost"):
        with pytest.raises(Invalid) as refusal:
            services.redeem_reward(cashier, member, "MUG", "S001", supervisor=nobody, **ask)
        assert "supervisor" in refusal.value.fields
    services.redeem_reward(cashier, member, "MUG", "S001", supervisor="boss", **ask)
    services.redeem_reward(cashier, member, "MUG", "S001", identified_by=IdentifiedBy.CARD)
    assert points(member) == 2000


def _hire(window, name: str, role: str, station: str) -> None:
    organisation_services.create_staff(
        window.actor,
        username=name,
        name=name,
        password="long-enough-password-1",
        roles=[NewRole(role=Role(role), station=station)],
    )


def test_stock_of_stations_is_taken_and_collected_where_it_is(window):
    window.offer(MUG, stock=StockKind.STATIONS)
    services.add_stock(window.actor, "MUG", 1, "delivery", "S001")
    services.add_stock(window.actor, "MUG", 2, "delivery", "S002")
    member = window.member(3000)
    with pytest.raises(Invalid) as refusal:
        window.redeem(member, "MUG", None)
    assert "station" in refusal.value.fields
    redemption = window.redeem(member, "MUG", "S001")
    with pytest.raises(Conflict, match="None of"):
        window.redeem(member, "MUG", "S001")
    with pytest.raises(Invalid, match="kept at S001"):
        services.collect_redemption(window.actor, redemption.code, "S002")
    services.collect_redemption(window.actor, redemption.code, "S001")
    assert [(line.station, line.left) for line in queries.stocks(window.actor, queries.by_code("MUG"))] == [
        ("S001", 0),
        ("S002", 2),
    ]
    rewards_prove()


def test_a_reward_of_some_stations_is_not_given_elsewhere(window):
    member = window.member(1000)
    window.offer(WASH, stations=("S002",))
    with pytest.raises(Invalid, match="not given at S001"):
        window.redeem(member, "WASH", "S001")
    redemption = window.redeem(member, "WASH", None)
    with pytest.raises(Invalid, match="S002 only"):
        services.collect_redemption(window.actor, redemption.code, "S001")
    services.collect_redemption(window.actor, redemption.code, "S002")


def test_a_blocked_customer_gets_nothing(window):
    member = window.member(1000)
    window.offer(WASH)
    customer_services.block_customer(window.actor, member, "fraud")
    with pytest.raises(Conflict, match="blocked"):
        window.redeem(member, "WASH")
    with pytest.raises(NotFound):
        window.redeem(999_999, "WASH")


def test_the_price_is_kept_as_it_was(window):
    member = window.member(1000)
    window.offer(WASH)
    redemption = window.redeem(member, "WASH")
    services.change_reward(window.actor, "WASH", replace(WASH, points=400, cost=Decimal(20)))
    window.approve("WASH")
    services.end_reward(window.actor, "WASH", "season is over")
    kept = queries.redemption(window.actor, redemption.id)
    assert (kept.points, kept.cost) == (300, Decimal(12))
    services.cancel_redemption(window.actor, redemption.id, "rain")
    assert points(member) == 1000


def test_what_nobody_collects_expires_with_points_back_or_not(window):
    generous, strict = window.member(1000), window.member(1000)
    window.offer(MUG, pieces=2, days_good=3)
    window.offer(WASH, on_expiry=OnExpiry.FORFEIT, days_good=3)
    window.offer(FIVE_OFF)
    mug, wash = window.redeem(generous, "MUG"), window.redeem(strict, "WASH")
    window.redeem(strict, "FIVE", None)
    last = mug.expires_on
    assert services.expire_redemptions(window.actor, last) == 0
    assert services.expire_redemptions(window.actor, last + timedelta(days=1)) == 2
    assert services.expire_redemptions(window.actor, last + timedelta(days=1)) == 0
    assert (points(generous), points(strict), pieces("MUG")) == (1000, 500, 2)
    assert sorted(event["points"] for event in events("reward.expired.v1")) == [0, 500]
    with pytest.raises(Conflict, match="expired"):
        services.collect_redemption(window.actor, wash.code, "S001")
    with pytest.raises(Conflict, match="expired"):
        services.cancel_redemption(window.actor, mug.id, "please")
    rewards_prove()


def test_costs_are_told_by_reward_and_funder_once_collected(window):
    member = window.member(5000)
    window.offer(MUG, pieces=5)
    redemptions = [window.redeem(member, "MUG") for _ in range(3)]
    day = company_day()
    assert queries.costs(day, day) == []
    for one in redemptions[:2]:
        services.collect_redemption(window.actor, one.code, "S001")
    found = {cost.funder: (cost.pieces, cost.points, cost.cost) for cost in queries.costs(day, day)}
    assert found == {
        "brand": (2, 1000, Decimal("22.20")),
        "supplier:aoke": (2, 1000, Decimal("14.80")),
    }
    assert queries.costs(day - timedelta(5), day - timedelta(1)) == []


def test_choices_say_what_can_be_had_and_what_is_missing(window):
    member = window.member(350)
    window.offer(MUG, pieces=1)
    window.offer(WASH, position=1)
    window.offer(FIVE_OFF, tiers=("gold",))
    found = {choice.known.reward.code: choice for choice in queries.choices(window.actor, member, "S001")}
    assert next(iter(found)) == "WASH"
    assert found["WASH"].is_redeemable
    assert (found["MUG"].missing_points, found["MUG"].left) == (150, 1)
    assert [str(refusal) for refusal in found["FIVE"].refusals] == ["tier"]


def test_a_household_that_shares_pays_together_and_gets_it_back(window):
    window.chain.publish(replace(PROGRAMME, household_shares=True), valid_from=clock.now())
    first, second = window.member(300), window.member(400)
    customer_services.make_household(window.actor, "一家", [first, second])
    window.offer(MUG, pieces=1)
    choice = queries.choices(window.actor, first, "S001")[0]
    assert choice.is_redeemable
    redemption = window.redeem(first, "MUG")
    assert points(first) + points(second) == 200
    rewards_prove()
    services.cancel_redemption(window.actor, redemption.id, "never mind")
    assert (points(first), points(second)) == (300, 400)
    rewards_prove()


@pytest.mark.parametrize("count", [2, 40])
def test_expiry_takes_the_same_statements_for_any_number(window, count):
    window.offer(MUG, pieces=count)
    redemptions = [window.redeem(window.member(500), "MUG") for _ in range(count)]
    after = redemptions[0].expires_on + timedelta(days=1)
    with sql.watching() as statements:
        assert services.expire_these(window.actor, [one.id for one in redemptions], after) == count
    assert len(statements) <= EXPIRY_STATEMENTS
    rewards_prove()


def test_a_code_for_everybody_is_no_reward(window):
    coupons.create_template(
        window.actor, Template(code="all", name="通用码", kind=CouponKind.GENERIC, generic_code="ALL2026")
    )
    with pytest.raises(Invalid) as refused:
        window.offer(FIVE_OFF, template="all")
    assert refused.value.fields.keys() == {"template"}


def test_when_it_was_collected_is_told_by_the_companys_clock(window):
    member = window.member(800)
    window.offer(MUG, pieces=1)
    redemption = window.redeem(member, "MUG")
    services.collect_redemption(window.actor, redemption.code, "S001")
    sql.run("UPDATE rewards_redemption SET closed_at = '2026-03-31T16:30:00Z'")
    with pytest.raises(Conflict, match="2026-04-01"):
        services.collect_redemption(window.actor, redemption.code, "S001")
