"""The audit trail and the state of the event readers."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from forecourt.kernel import sql
from forecourt.kernel.actors import Actor

AUDIT: Final = sql.load(__file__, "audit_page")
_READERS: Final = """
SELECT reader, moved_at, failures, failed_at, error, position FROM kernel_cursor ORDER BY failures DESC, reader
"""
_LATEST: Final = "SELECT max(recorded_at) FROM kernel_event"
_JOBS: Final = "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status"


def audit_page(
    actor: Actor,
    *,
    who: str,
    action: str,
    customer: int | None,
    since: datetime,
    until: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """A page of the audit trail, newest first; one more than `limit` where there are more."""
    at, entry_id = after or (None, None)
    like = who.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    parameters = {
        "actor": who,
        "actor_like": f"%{like}%",
        "action": action,
        "action_like": f"{action}.%",
        "customer": customer,
        "since": since,
        "until": until,
        "stations": None if actor.stations is None else list(actor.stations),
        "after_at": at,
        "after_id": entry_id,
        "limit": limit + 1,
    }
    return sql.dicts(AUDIT, parameters)


def readers() -> list[dict[str, Any]]:
    """How far every reader of the event log has come, those that fail first."""
    return sql.dicts(_READERS, {})


def latest_event() -> datetime | None:
    """When the last event was recorded."""
    found: datetime | None = sql.rows(_LATEST)[0][0]
    return found


def jobs() -> dict[str, int]:
    """Jobs by state."""
    return dict(sql.rows(_JOBS))
