"""The books: what points are worth by policy, days and months closed, and what those who fund offers were asked to pay."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from forecourt.accounts import queries, services
from forecourt.accounts.values import Policy
from forecourt.connectors.demo.life.world import World
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor

_POLICY: Final = (
    (8, "0.01", "70", "首次采用，参照同业经验，预计七成积分会被兑换"),
    (3, "0.01", "62", "前五个月兑换数据低于预期，估计下调至62%"),
)
"""From the month so many before the last one on: the value of a point, percent expected to be redeemed, why. The first
close takes over what was earned before.
"""
_MONTHS_CLAIMED: Final = 6
_DISPUTED: Final = "supplier:岭上泉"
_SHORT: Final = Decimal("0.97")


def plan(world: World) -> None:
    for number, (months, value, percent, why) in enumerate(_POLICY):
        begins = world.month(months)
        if number == 0 or begins > world.span.moment(2):
            first = max(begins.date(), world.span.first)
            world.plan(begins - timedelta(days=6), partial(_adopt, world, first, value, percent, why))
    for back in range(_MONTHS_CLAIMED, -1, -1):
        month = world.month(back)
        if month >= world.span.moment(0) - timedelta(days=31):
            first, following = month.date(), world.month(back - 1)
            world.plan(following + timedelta(days=3, hours=10), partial(_claim, world, first, is_open=back <= 1))
    for back in range(world.span.days // 30 + 1, 0, -1):
        world.plan(world.month(back - 1, 6, 17), partial(_close_month, world, world.month(back).date()))


def _adopt(world: World, first: date, value: str, percent: str, why: str) -> None:
    """Drafted by one, approved by another, to hold from the first day that is not closed."""
    last = queries.last_close()
    valid_from = max(first, last.day + timedelta(days=1)) if last else first
    policy = Policy(
        valid_from=valid_from,
        point_value=Decimal(value),
        redemption_percent=Decimal(percent),
        tax_percent=Decimal(13),
    )
    policy_id = services.draft_policy(world.office.analyst, policy, why)
    services.submit_policy(world.office.analyst, policy_id)
    services.approve_policy(world.office.treasurer, policy_id, "同意")
    world.done["policies"] += 1


def close_days(actor: Actor) -> int:
    """What the worker does: close every day that is over at all stations; returns how many."""
    due = queries.days_to_close(actor, clock.now())
    for day in due:
        services.close_day(actor, day)
    return len(due)


def _close_month(world: World, month: date) -> None:
    last = queries.last_close()
    end = clock.next_month(month) - timedelta(days=1)
    if last is not None and last.day >= end and month >= _first_month(world):
        services.close_period(world.office.treasurer, month)


def _first_month(world: World) -> date:
    """The month in which the books begin."""
    return max(world.month(_POLICY[0][0]).date(), world.span.first.replace(day=1))


def _claim(world: World, month: date, *, is_open: bool) -> None:
    """Ask everybody who funds offers for their part of a month; sent, and mostly paid. The latest month's are drafts."""
    until = clock.next_month(month) - timedelta(days=1)
    for funder in queries.funders(world.office.analyst):
        if funder == "brand":
            continue
        claim = services.draft_claim(world.office.analyst, funder, month, until)
        if not claim.total:  # gifts of goods alone come to nothing on the receipt
            services.discard_claim(world.office.analyst, claim.id)
            continue
        world.done["claims"] += 1
        if is_open and funder != "dealer":
            continue  # still being checked: drafts go on following the sales
        services.send_claim(world.office.analyst, claim.id)
        at = clock.now() + timedelta(days=20)
        world.plan(at, partial(_settle, world, claim.id, funder, claim.total))


def _settle(world: World, claim_id: int, funder: str, total: Decimal) -> None:
    office = world.office
    if funder == _DISPUTED and "disputed" not in world.found:
        world.found["disputed"] = claim_id
        services.dispute_claim(office.analyst, claim_id, "供应商对退货部分有异议，正在核对")
    elif funder == "dealer" and "short" not in world.found:
        world.found["short"] = claim_id
        services.settle_claim(
            office.analyst, claim_id, (total * _SHORT).quantize(Decimal("0.01")), "扣除站点已现结部分"
        )
    else:
        services.settle_claim(office.analyst, claim_id, total)
