"""Places of events that came free, given to those who wait, in their order: who is served first, then who came first.

What a place costs is taken when it is given. Who cannot pay it any more loses the place in line.
"""

from collections.abc import Collection, Sequence
from itertools import groupby, takewhile
from typing import Any, Final

from django.utils.translation import gettext as _

from forecourt.kernel import clock
from forecourt.kernel.events import Event, publish
from forecourt.loyalty import events as loyalty_events
from forecourt.loyalty import records as loyalty
from forecourt.loyalty.values import Spending
from forecourt.occasions import queries
from forecourt.occasions.events import MovedUp, PlacesFreed, SignUpCancelled
from forecourt.occasions.models import MemberEvent, SignUp
from forecourt.occasions.queries import InLine
from forecourt.occasions.records.locking import lock_payers
from forecourt.occasions.records.returning import origin_of
from forecourt.occasions.values import EventState, SignUpState

SPARE: Final = 20
"""Of each event, so many more than there are places are locked, in case some cannot pay."""


def move_up(event_ids: Collection[int]) -> None:
    """Give the free places of events to those who wait; what is left of it is published for another turn."""
    expected = queries.next_in_line(event_ids, SPARE)
    if not expected:
        return
    today = lock_payers({one.customer_id for one in expected})
    events = {
        event.pk: event
        for event in MemberEvent.objects.select_for_update()
        .filter(id__in={one.event_id for one in expected})
        .order_by("id")
    }
    found = queries.next_in_line(events, SPARE)
    free = {one.event_id: one.free for one in found}
    now = clock.now()
    happened: list[Event] = []
    for event_id, line in sorted(_in_line(found, {one.sign_up_id for one in expected}).items()):
        event = events[event_id]
        if event.state != EventState.OPEN or event.starts_at <= now:
            continue
        left = free.get(event_id, 0)
        moved = _take(event, line, left, today, happened)
        if moved < left and SignUp.objects.filter(event=event, state=SignUpState.WAITING.value).exists():
            happened.append(PlacesFreed(occurred_at=now, event_id=event_id))
    publish(happened)


def _in_line(found: Sequence[InLine], asked: Collection[int]) -> dict[int, list[SignUp]]:
    """Who waits for each event now, in order, as far as their customers are locked.

    One who came in between, before others that are locked, ends the line: nobody takes a place over their head.
    """
    turns = {
        event_id: [one.sign_up_id for one in takewhile(lambda one: one.sign_up_id in asked, line)]
        for event_id, line in groupby(found, key=lambda one: one.event_id)
    }
    rows = SignUp.objects.in_bulk([number for line in turns.values() for number in line])
    return {event_id: [rows[number] for number in line] for event_id, line in turns.items()}


def _take(event: MemberEvent, line: list[SignUp], free: int, today: dict[int, int], happened: list[Event]) -> int:
    """Move the first ones up until the places are gone; returns how many moved."""
    now = clock.now()
    moved = 0
    while moved < free and line:
        turn, line = line[: free - moved], line[free - moved :]
        paid = _paid(event, turn, today)
        for sign_up, has_paid in zip(turn, paid, strict=True):
            about: dict[str, Any] = {
                "customer_id": today[sign_up.customer_id],
                "occurred_at": now,
                "event_id": event.pk,
                "title": event.title,
            }
            if has_paid:
                sign_up.state, sign_up.moved_up_at, sign_up.cost = SignUpState.GOING.value, now, event.cost
                sign_up.payer_id = today[sign_up.customer_id] if event.cost else None
                moved += 1
                happened.append(MovedUp(**about))
            else:
                sign_up.state, sign_up.ended_at, sign_up.reason = SignUpState.CANCELLED.value, now, "points"
                happened.append(SignUpCancelled(**about, reason="points"))
        SignUp.objects.bulk_update(turn, ["state", "moved_up_at", "cost", "payer_id", "ended_at", "reason"])
    return moved


def _paid(event: MemberEvent, turn: list[SignUp], today: dict[int, int]) -> list[bool]:
    """Take the cost from each; whether there was enough."""
    if not event.cost:
        return [True] * len(turn)
    spendings = [
        Spending(
            customer_id=today[one.customer_id],
            points=event.cost,
            origin=origin_of(one.pk),
            reason=_("Event: %(title)s") % {"title": event.title},
            actor="system:forecourt",
        )
        for one in turn
    ]
    answers, entries = loyalty.spend(spendings)
    publish(loyalty_events.moved(entries))
    return [answer.is_paid for answer in answers]
