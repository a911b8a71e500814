"""Places of events that came free, given to those who wait, in their order.

What a place costs is taken when it is given. Who cannot pay it any more loses the place in line.
"""

from collections import defaultdict
from collections.abc import Collection
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
    free = {one.event_id: one.free for one in queries.next_in_line(events, SPARE)}
    now = clock.now()
    asked = {one.sign_up_id for one in expected}
    # under the locks: who still waits, in order, of those whose customers are locked
    waiting = SignUp.objects.filter(id__in=asked, state=SignUpState.WAITING.value).order_by("id")
    in_line: dict[int, list[SignUp]] = defaultdict(list)
    for sign_up in waiting:
        in_line[sign_up.event_id].append(sign_up)
    happened: list[Event] = []
    for event_id, line in sorted(in_line.items()):
        event = events[event_id]
        if event.state != EventState.OPEN or event.starts_at <= now:
            continue
        left = free.get(event_id, 0)
        moved = _take(event, line, left, today, happened)
        if moved < left and SignUp.objects.filter(event=event, state=SignUpState.WAITING.value).exists():
            happened.append(PlacesFreed(occurred_at=now, event_id=event_id))
    publish(happened)


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
