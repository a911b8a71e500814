"""What happened to a customer, read from the event log."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from forecourt import customers
from forecourt.customers import rules
from forecourt.kernel import sql
from forecourt.kernel.events import Recorded
from forecourt.kernel.problems import Invalid

TIMELINE: Final = sql.load(customers.__file__, "timeline")
MOST: Final = 500


class Moment(NamedTuple):
    """Where a page of the timeline ended."""

    occurred_at: datetime
    id: UUID


def timeline(
    customer_ids: Sequence[int], before: str | None = None, limit: int = 50, names: Collection[str] | None = None
) -> list[Recorded]:
    """Events of these customers (give all of a family), the latest first; `names` narrows them to some kinds.

    `before` is the cursor of the last event already seen, made by `timeline_cursor`.
    """
    if not 1 <= limit <= MOST:
        raise Invalid.field(
            "limit", _("%(limit)s is out of range; give 1 to %(most)s") % {"limit": limit, "most": MOST}
        )
    moment = rules.decoded_cursor(before, Moment) if before else None
    found = sql.rows(
        TIMELINE,
        {
            "ids": list(customer_ids),
            "before": moment.occurred_at if moment else None,
            "before_id": moment.id if moment else None,
            "names": list(names) if names is not None else None,
            "limit": limit,
        },
    )
    return [
        Recorded(event_id, name, customer_id, occurred_at, recorded_at, msgspec.json.decode(body))
        for event_id, name, customer_id, occurred_at, recorded_at, body in found
    ]


def timeline_cursor(event: Recorded) -> str:
    """The cursor of the page that begins behind this event."""
    return rules.cursor_of(Moment(event.occurred_at, event.id))
