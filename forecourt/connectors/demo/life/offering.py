"""Offers over the year: drafted and handed in by one, approved by another; some ended, some paused, some yet to come."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import partial
from typing import Any, Final

import msgspec

from forecourt.connectors.demo.life.asking import Running
from forecourt.connectors.demo.life.data import read
from forecourt.connectors.demo.life.office import Office
from forecourt.connectors.demo.life.world import World
from forecourt.kernel import clock
from forecourt.offers import queries, services
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer, Policy
from forecourt.offers.values import FloorChange

_AHEAD: Final = timedelta(days=4)
"""How long before it begins an offer is handed in."""
_USUAL_CUSTOMERS: Final = 5000
"""The size of chain that budgets are written for; larger chains have larger ones."""
_TIGHT: Final = "nuts-2"
_LEFT: Final = Decimal("1.09")


def plan(world: World) -> list[Running]:
    """Plan all offers; returns those of the past and the present with their days."""
    running: list[Running] = []
    world.plan(world.span.moment(0), lambda: _combine(world.office, Policy(most_percent=Decimal(60))))
    for entry in read("offers"):
        _plan_one(world, entry)
        if "from" in entry:
            until = world.ago(entry["until"], 0) if "until" in entry else None
            running.append(Running(language.convert(entry["offer"]), world.ago(entry["from"], 0), until))
    world.plan(world.ago(1, 16), lambda: _tighten(world))
    return running


def _combine(office: Office, policy: Policy) -> None:
    """Say how all offers combine, handed in and approved."""
    services.draft_policy(office.marketer, policy)
    services.submit_policy(office.marketer, "优惠叠加后最多减到标价的四成")
    services.approve_policy(office.director)


def set_floors(office: Office, margins: Mapping[str, Decimal]) -> None:
    """Set margin floors by product, handed in and approved."""
    changes = [FloorChange(product=product, margin=margin) for product, margin in margins.items()]
    services.draft_floors(office.marketer, changes)
    services.submit_floors(office.marketer, "各油品每升至少保留的毛利")
    services.approve_floors(office.director)


def _plan_one(world: World, entry: dict[str, Any]) -> None:
    offer = _scaled(world, language.convert(entry["offer"]))
    if "draft" in entry:
        world.plan(world.ago(entry["draft"], 15), lambda: services.make_offer(world.office.marketer, offer))
        return
    if "review" in entry:
        world.plan(world.ago(entry["review"], 11), lambda: _hand_in(world, offer, entry["note"], None))
        return
    if "month" in entry:
        starts, ends = world.month(entry["month"]), world.month(entry["until_month"])
        offer = msgspec.structs.replace(offer, starts=starts, ends=ends)
        world.plan(world.ago(5, 14), lambda: _hand_in(world, offer, entry["note"], starts))
        world.plan(world.ago(3, 9), lambda: _approve(world, offer.code))
        return
    _plan_past(world, entry, offer)


def _plan_past(world: World, entry: dict[str, Any], offer: Offer) -> None:
    """An offer that was in force for some of the days, and perhaps still is."""
    starts = world.ago(entry["from"], 0)
    if "until" in entry:
        offer = msgspec.structs.replace(offer, starts=starts, ends=world.ago(entry["until"], 0))
    if offer.ends is not None and not world.is_worth(offer.ends):
        return
    world.plan(starts - _AHEAD, partial(_hand_in, world, offer, entry["note"], starts))
    world.plan(starts - _AHEAD / 2, partial(_approve, world, offer.code))
    if "ended" in entry and world.is_worth(world.ago(entry["ended"], 18)):
        end = partial(services.end_offer, world.office.director, offer.code, entry["end_note"])
        world.plan(world.ago(entry["ended"], 18), end)
    if "paused" in entry:
        pause = partial(services.pause_offer, world.office.marketer, offer.code, entry["pause_note"])
        world.plan(world.ago(entry["paused"], 9), pause)


def propose(world: World, offer: Offer, note: str) -> None:
    """Hand an offer in and have it approved at once, for what goes with something else, such as a coupon."""
    _hand_in(world, _scaled(world, offer), note, None)
    _approve(world, offer.code)


def _hand_in(world: World, offer: Offer, note: str, starts: datetime | None) -> None:
    services.make_offer(world.office.marketer, offer)
    valid_from = starts if starts is not None and starts > clock.now() else None
    services.submit_offer(world.office.marketer, offer.code, note, valid_from=valid_from)


def _approve(world: World, code: str) -> None:
    services.approve_offer(world.office.director, code)
    world.done["offers"] += 1


def _tighten(world: World) -> None:
    """What a supplier pays at most is settled late, and leaves little: the budget's new version is nearly used up."""
    view = queries.offer(world.office.marketer, _TIGHT)
    budget = view.draft.budgets[0]
    key = budget.key(view.id, 0, world.today)
    used = budget.limit - queries.left_of({key: budget.limit})[key]
    if not used:
        return
    limit = (used * _LEFT / 10).to_integral_value(ROUND_CEILING) * 10
    budgets = (msgspec.structs.replace(budget, limit=limit),)
    services.change_offer(world.office.marketer, _TIGHT, msgspec.structs.replace(view.draft, budgets=budgets))
    services.submit_offer(world.office.marketer, _TIGHT, f"供应商确认承担上限，总预算调整为{limit}元")
    services.approve_offer(world.office.director, _TIGHT)


def _scaled(world: World, offer: Offer) -> Offer:
    """The offer with budgets for a chain of this size."""
    factor = max(1, -(-world.sizes.customers // _USUAL_CUSTOMERS))
    budgets = tuple(
        budget if budget.is_customers_own else msgspec.structs.replace(budget, limit=budget.limit * factor)
        for budget in offer.budgets
    )
    return msgspec.structs.replace(offer, budgets=budgets)
