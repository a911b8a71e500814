"""Member events: past ones with those who came and those who did not, one called off, coming ones with a waiting list."""

from datetime import datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any, Final

import msgspec

from forecourt.connectors.demo.life.data import read
from forecourt.connectors.demo.life.world import World
from forecourt.connectors.demo.values import CHINA
from forecourt.kernel import clock
from forecourt.kernel.problems import Conflict
from forecourt.occasions import queries, services
from forecourt.occasions.values import NewMemberEvent

_OPENS: Final = timedelta(days=18)
_SECOND_THOUGHTS: Final = 0.08


def plan(world: World) -> None:
    random = world.dice("gatherings")
    for number, entry in enumerate(read("gatherings")):
        event = _event(world, entry)
        key = f"event {number}"
        opens = max(event.starts_at - _OPENS, world.span.moment(0))
        if "draft" in entry:
            world.plan(world.ago(entry["draft"], 14), partial(_hand_in, world, event))
        elif event.starts_at > world.span.moment(3):
            made = world.ago(8, 10) if opens > world.span.until else opens
            world.plan(made, partial(_announce, world, key, event))
            _plan_sign_ups(world, key, entry, made, event.starts_at, random)
            if "cancelled" in entry:
                world.plan(
                    world.ago(entry["cancelled"], 9),
                    lambda key=key, why=entry["why"]: services.cancel_event(  # type: ignore[misc]
                        world.office.marketer, world.found[key], why
                    ),
                )


def _event(world: World, entry: dict[str, Any]) -> NewMemberEvent:
    day = world.ago(entry["ago"], 0)
    while day.weekday() < 5 and entry["ago"] != 31:  # most are held at weekends
        day += timedelta(days=1)
    starts, ends = (datetime.combine(day, time(hour), tzinfo=CHINA) for hour in entry["hours"])
    body = entry["event"] | {"starts_at": starts, "ends_at": ends}
    if "station" in entry:
        body["station"] = world.chain.sites[entry["station"] % len(world.chain.sites)].new.code
    return msgspec.convert(body, NewMemberEvent)


def _hand_in(world: World, event: NewMemberEvent, note: str = "名额与积分请审核") -> int:
    event_id = services.make_event(world.office.marketer, event)
    services.submit_event(world.office.marketer, event_id, note)
    return event_id


def _announce(world: World, key: str, event: NewMemberEvent) -> None:
    world.found[key] = _hand_in(world, event)
    services.approve_event(world.office.director, world.found[key])
    world.done["member_events"] += 1


def _plan_sign_ups(
    world: World, key: str, entry: dict[str, Any], made: datetime, starts: datetime, random: Random
) -> None:
    """Those who sign up do so over the days until it begins, or until now."""
    last = min(starts - timedelta(hours=2), world.span.until)
    if "cancelled" in entry:
        last = min(last, world.ago(entry["cancelled"], 8))
    wanted = min(entry["wanted"], max(4, len(world.members) // 12))
    for number in range(wanted):
        at = made + (last - made) * (number + 1) / (wanted + 1)
        world.plan(at, partial(_sign_up, world, key, starts, entry.get("came", 0.0), random))


def _sign_up(world: World, key: str, starts: datetime, came: float, random: Random) -> None:
    """Somebody who may signs up; some think better of it, most come."""
    view = queries.member_event(world.found[key])
    for member in world.some(random, 12):
        if world.purse.points.get(member.id, 0) < view.cost:
            continue
        if view.tiers and world.purse.tiers.get(member.id) not in view.tiers:
            continue
        try:
            found = services.sign_up(world.office.agent, world.found[key], member.id)
        except Conflict:  # another tier, or too few points
            continue
        world.done["sign_ups"] += 1
        if random.random() < _SECOND_THOUGHTS and starts > world.span.until:
            later = min(clock.now() + timedelta(days=2), starts - timedelta(hours=3))
            world.plan(later, partial(services.cancel_sign_up, world.office.agent, world.found[key], member.id))
        elif random.random() < came:
            world.plan(starts + timedelta(minutes=random.randint(-20, 40)), partial(_check_in, world, key, found.code))
        return


def _check_in(world: World, key: str, code: str) -> None:
    try:
        services.check_in(world.office.director, world.found[key], code)
    except Conflict:  # still on the waiting list
        return
    world.done["attended"] += 1
