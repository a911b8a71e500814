"""Sign-ups ended, with what they cost given back."""

from collections.abc import Mapping, Sequence

from forecourt.kernel import clock
from forecourt.kernel.events import publish
from forecourt.loyalty import events as loyalty_events
from forecourt.loyalty import records as loyalty
from forecourt.occasions.events import PlacesFreed, SignUpCancelled
from forecourt.occasions.models import SignUp
from forecourt.occasions.records.returning import costs_of
from forecourt.occasions.values import SignUpState


def end_sign_ups(rows: Sequence[SignUp], today: Mapping[int, int], reason: str, actor: str) -> None:
    """End sign-ups of going or waiting members, whose customers (`today`: who each is now), payers and events are locked.

    What they cost is given back, and that places came free is published. `reason` is a word: member, event, merged.
    """
    now = clock.now()
    freed = sorted({row.event_id for row in rows if row.state == SignUpState.GOING})
    SignUp.objects.filter(id__in=[row.pk for row in rows]).update(
        state=SignUpState.CANCELLED.value, ended_at=now, reason=reason
    )
    publish(loyalty_events.moved(loyalty.give_back_all(costs_of(rows, actor))))
    publish(
        [
            SignUpCancelled(
                customer_id=today[row.customer_id],
                occurred_at=now,
                event_id=row.event_id,
                title=row.event.title,
                reason=reason,
            )
            for row in rows
        ]
    )
    if reason != "event":
        publish([PlacesFreed(occurred_at=now, event_id=event_id) for event_id in freed])
