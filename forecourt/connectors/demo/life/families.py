"""Families and friends: gifts on days of one's own, households that share, members who bring members."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Final

from forecourt.connectors.demo.life.world import World
from forecourt.connectors.demo.values import CHINA, Member
from forecourt.customers import services as customers
from forecourt.kernel.problems import Conflict, Invalid
from forecourt.loyalty import services as loyalty
from forecourt.occasions import queries, services
from forecourt.occasions.values import Flag, GiftRules, ReferralRules, ReferralState, Reward, RulesKind

_BIRTHDAY: Final = GiftRules(points=100, template="BDAY-20", days_before=3, days_after=21, active_days=200)
_ANNIVERSARY: Final = GiftRules(points=66, days_after=14, tiers=("silver", "gold", "diamond"), active_days=120)
_REFERRAL: Final = ReferralRules(
    referrer=Reward(points=500),
    friend=Reward(points=200, template="FUEL-10"),
    minimum_amount=Decimal(200),
    minimum_quantity=Decimal(20),
    within_days=30,
    cooling_days=7,
)
_HOUSEHOLDS: Final = 24
_REFERRALS: Final = 70
_CODES_A_REFERRER: Final = 3
_DECIDED: Final = ("核实为夫妻，分属两车，同意", "本站员工家属，不符合活动规则")


def plan(world: World) -> None:
    world.plan(world.span.moment(0, 300), lambda: _publish_rules(world))
    for number, pair in enumerate(_families(world)):
        since = 210 - 8 * number
        world.plan(world.ago(since, 11), partial(_move_together, world, pair))
        for days in (120, 60, 12) if number % 3 == 0 else ():
            if days < since:
                world.plan(world.ago(days, 20), partial(_share, world, pair))
    _plan_referrals(world)
    for days in (20, 4):
        world.plan(world.ago(days, 16), lambda: _decide(world))


def _publish_rules(world: World) -> None:
    for kind, rules in (
        (RulesKind.BIRTHDAY, _BIRTHDAY),
        (RulesKind.ANNIVERSARY, _ANNIVERSARY),
        (RulesKind.REFERRAL, _REFERRAL),
    ):
        services.save_rules(world.office.marketer, kind, rules)
        services.submit_rules(world.office.marketer, kind, "会员关怀规则首次上线")
        services.approve_rules(world.office.director, kind)


def _families(world: World) -> list[tuple[Member, Member]]:
    """Pairs of people of one family name who fill up at the same station and joined before the first day."""
    by_home: dict[tuple[int, str], list[Member]] = {}
    for one in world.members:
        if one.kind == "person" and one.joined_day < 0 and one.double_of is None and one.segment in _AT_HOME:
            by_home.setdefault((one.home, one.name[0]), []).append(one)
    pairs = [pair for group in by_home.values() for pair in list(pairwise(group))[::2] if pair[0].name != pair[1].name]
    wanted = min(_HOUSEHOLDS, max(1, len(world.members) // 60))
    return world.dice("families").sample(pairs, min(wanted, len(pairs)))


_AT_HOME: Final = frozenset({"family", "commuter", "retired", "evening"})


def _move_together(world: World, pair: tuple[Member, Member]) -> None:
    name = f"{pair[0].name[0]}家"
    customers.make_household(world.office.agent, name, [one.id for one in pair])
    world.done["households"] += 1


def _share(world: World, pair: tuple[Member, Member]) -> None:
    """The one with more points passes some on."""
    points = world.purse.points
    giver, taker = sorted((one.id for one in pair), key=lambda one: -points.get(one, 0))
    if points.get(giver, 0) > 900:
        loyalty.transfer_points(world.office.agent, giver, taker, 300, "家庭成员转赠")
        points[giver] -= 300
        world.done["transfers"] += 1


def _plan_referrals(world: World) -> None:
    """Some who joined over the year came by a code that somebody gave them."""
    random = world.dice("referrals")
    new = [
        one
        for one in world.members
        if 3 <= one.joined_day < world.span.days - 2 and one.kind == "person" and one.double_of is None
    ]
    old = [
        one
        for one in world.members
        if one.joined_day < 0 and one.kind == "person" and one.double_of is None and one.life.turn is None
    ]
    wanted = min(_REFERRALS, max(2, len(new) // 12), len(new))
    if not old:
        return
    referrers = random.sample(old, min(len(old), -(-wanted // _CODES_A_REFERRER)))
    for one in random.sample(new, wanted):
        at = one.joined.astimezone(CHINA) + timedelta(days=1, hours=random.randint(0, 8))
        world.plan(at, partial(_refer, world, random.choice(referrers), one))


def _refer(world: World, referrer: Member, friend: Member) -> None:
    code = services.referral_code(world.office.agent, referrer.id)
    try:
        services.make_referral(world.office.agent, friend.id, code)
    except (Conflict, Invalid):  # too late, or taken for the same person
        return
    world.done["referrals"] += 1


def _decide(world: World) -> None:
    """A person looks at some of those that something speaks against."""
    flagged = [
        one
        for one in queries.referrals(is_flagged=True, limit=6)
        if one.state in {ReferralState.PENDING, ReferralState.QUALIFIED} and Flag.SAME_PERSON not in one.flags
    ]
    for number, one in enumerate(flagged[:2]):
        if number % 2:
            services.refuse_referral(world.office.marketer, one.id, _DECIDED[1])
        else:
            services.approve_referral(world.office.marketer, one.id, _DECIDED[0])


def weekly(world: World) -> None:
    """What the worker does every few minutes: referrals are rewarded, events are over."""
    world.done["referrals_rewarded"] += services.reward_referrals(world.system)
    services.close_events(world.system)


def give_gifts(world: World) -> int:
    return services.begin_day(world.system)
