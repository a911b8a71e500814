"""The audit trail and the state of the event readers."""

from collections.abc import Iterable
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
_TEMPLATES: Final = "SELECT code, name FROM coupons_coupontemplate WHERE code = ANY(%(keys)s)"
_NAMES: Final = {
    "game": "SELECT id::text, name FROM games_game WHERE id::text = ANY(%(keys)s)",
    "event": "SELECT id::text, title FROM occasions_event WHERE id::text = ANY(%(keys)s)",
    "offer": "SELECT code, name FROM offers_offer WHERE code = ANY(%(keys)s)",
    "reward": "SELECT code, name FROM rewards_reward WHERE code = ANY(%(keys)s)",
    "template": _TEMPLATES,
    "coupon_template": _TEMPLATES,
    "station_id": "SELECT id::text, name FROM organisation_station WHERE id::text = ANY(%(keys)s)",
    "region_id": "SELECT id::text, name FROM organisation_region WHERE id::text = ANY(%(keys)s)",
    "staff": "SELECT username, name FROM organisation_staff WHERE username = ANY(%(keys)s)",
}
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
    parameters = {
        "actor": who,
        "actor_like": f"%{sql.like(who)}%",
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


def names(things: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What things are called, by kind and key, where somebody gave them a name: one statement for each kind."""
    keys: dict[str, set[str]] = {}
    for kind, key in things:
        if kind in _NAMES and key:
            keys.setdefault(kind, set()).add(key)
    return {
        (kind, row[0]): row[1]
        for kind, found in keys.items()
        for row in sql.rows(_NAMES[kind], {"keys": sorted(found)})
    }


def actors(labels: Iterable[str]) -> dict[str, str]:
    """The names of staff by what the audit trail and the ledgers call them ("staff:e002"); others are not in it."""
    staff = {label: label.removeprefix("staff:") for label in labels if label.startswith("staff:")}
    called = names(("staff", one) for one in staff.values())
    return {label: called["staff", name] for label, name in staff.items() if ("staff", name) in called}


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
