"""The programme over the year: richer from a month on, and a draft that waits for a second person."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from forecourt.connectors.demo.life.tickets import Tickets
from forecourt.connectors.demo.life.world import World
from forecourt.connectors.demo.programme import PROGRAMME
from forecourt.kernel.problems import Conflict
from forecourt.loyalty import queries, services
from forecourt.loyalty.values import Every, Programme, Tier, TierCoupon

_RICHER_MONTHS_AGO: Final = 4
_BENEFITS: Final[dict[str, dict[str, Any]]] = {
    "silver": {"shop_percent": Decimal(1), "perks": "便利店99折"},
    "gold": {
        "fuel_discount": Decimal("0.05"),
        "shop_percent": Decimal(2),
        "coupons": (TierCoupon(template="WASH-FINE", every=Every.ENTRY),),
        "perks": "每升优惠5分，便利店98折，升级送精洗券，生日当月便利店小礼一份",
    },
    "diamond": {
        "fuel_discount": Decimal("0.10"),
        "shop_percent": Decimal(5),
        "coupons": (TierCoupon(template="WASH-FINE", every=Every.MONTH),),
        "perks": "每升优惠1角，便利店95折，每月一张精洗券，专属客服，免费洗车优先排队",
    },
}
_ADJUSTMENTS: Final = ((3000, "交通事故误工协商补偿"), (-1500, "他人积分误入，冲正"), (2000, "年度车友会积分赞助"))


def plan(world: World, tickets: Tickets) -> None:
    begins = richer_since(world)
    if begins > world.span.moment(0):
        world.plan(
            begins - timedelta(days=12),
            lambda: _hand_in(world, richer(PROGRAMME), "等级权益升级，开放家庭共享积分", begins),
        )
        world.plan(begins - timedelta(days=10), lambda: _approve(world))
        world.plan(begins + timedelta(days=1, hours=9), lambda: tickets.look_for_new("WASH-FINE"))
    else:
        world.plan(world.span.moment(0, 900), lambda: _put_in_force(world, tickets))
    world.plan(
        world.ago(2, 15), lambda: _hand_in(world, coming(), "咖啡积分翻倍，银卡门槛下调，拟下月执行", world.month(-1))
    )
    for number, (points, why) in enumerate(_ADJUSTMENTS):
        at = world.ago(16 - 6 * number, 14, 30)
        world.plan(at, partial(_ask, world, number, points, why))


def richer_since(world: World) -> datetime:
    """From when tiers bring more; in a demonstration of few days from its beginning."""
    begins = world.month(_RICHER_MONTHS_AGO)
    return begins if begins > world.span.moment(20) else world.span.moment(0)


def richer(programme: Programme) -> Programme:
    """The programme with what tiers bring, shared by households."""
    tiers = tuple(replace(tier, **_BENEFITS.get(tier.code, {})) for tier in programme.tiers)
    return replace(programme, tiers=tiers, household_shares=True)


def coming() -> Programme:
    """What head office is asked to decide: coffee earns more, and silver begins earlier."""
    programme = richer(PROGRAMME)
    rates = tuple(replace(rate, points=Decimal(4)) if rate.code == "coffee" else rate for rate in programme.rates)
    return replace(programme, rates=rates, tiers=tuple(_easier(tier) for tier in programme.tiers))


def _easier(tier: Tier) -> Tier:
    return replace(tier, threshold=Decimal(2500), keep=Decimal(2000)) if tier.code == "silver" else tier


def _hand_in(world: World, programme: Programme, note: str, begins: Any) -> None:
    services.draft_programme(world.office.marketer, programme)
    services.submit_programme(world.office.marketer, note, begins)


def _approve(world: World) -> None:
    open_review = queries.reviews(limit=1)[0]
    services.approve_programme(world.office.director, open_review.id)
    world.done["programme_versions"] += 1


def _put_in_force(world: World, tickets: Tickets) -> None:
    """In a demonstration of few days the richer programme holds from its beginning."""
    services.draft_programme(world.office.marketer, richer(PROGRAMME))
    services.submit_programme(world.office.marketer, "等级权益升级，开放家庭共享积分")
    _approve(world)


def _ask(world: World, number: int, points: int, why: str) -> None:
    """Larger adjustments want a second person: one is approved, one refused, one waits."""
    member = world.some(world.dice(f"adjustment {number}"), 1)
    if not member:
        return
    try:
        asked = services.adjust_points(world.office.agent, member[0].id, points, why).adjustment_id
    except Conflict:
        return
    if asked is None:
        return
    if number == 0:
        services.approve_adjustment(world.office.director, asked, "已与站长核实")
    elif number == 1:
        services.refuse_adjustment(world.office.director, asked, "请附原始小票后重新提交")
    world.done["adjustments_asked"] += 1
