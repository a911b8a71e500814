"""Readers of the event log: each takes lists of events behind its own cursor, in order, each event once.

A reader sees only what lies below the oldest running transaction, so that none it passed can still appear. A handler
that fails stops its own cursor, is retried with growing pauses, and shows in the log, the metrics and the back office.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from forecourt.kernel import clock, events, sql
from forecourt.kernel.models import Cursor

log = logging.getLogger(__name__)

NEXT_EVENTS: Final = sql.load(__file__, "next_events")
BEHIND: Final = sql.load(__file__, "behind")
WAITING: Final = sql.load(__file__, "waiting")
_MAX_PAUSE_SECONDS: Final = 300


LIST: Final = 5000
"""Events handed over at a time. Long lists are what makes catching up after an import quick: each customer once."""


def advance(reader: events.Reader, *, limit: int = LIST) -> int:
    """Hand a reader its next events; returns how many the cursor moved past, 0 when there are none or another has it."""
    try:
        with transaction.atomic(durable=True):
            return _advance(reader, limit)
    except Exception as error:
        _record_failure(reader, error)
        return 0


def _advance(reader: events.Reader, limit: int) -> int:
    cursor = Cursor.objects.select_for_update(skip_locked=True).filter(reader=reader.name).first()
    if cursor is None or _must_rest(cursor):
        return 0
    found = sql.rows(
        NEXT_EVENTS,
        {
            "xid": cursor.xid,
            "position": cursor.position,
            "names": sorted(reader.events),
            "limit": limit,
        },
    )
    if not found:
        return 0
    wanted = [events.decode(name, body) for _, _, name, body, _ in found if body is not None]
    if wanted:
        reader.handler(wanted)
    cursor.xid, cursor.position = found[-1][:2]
    cursor.moved_at, cursor.failures, cursor.failed_at, cursor.error = clock.now(), 0, None, ""
    cursor.save()
    return int(found[-1][4])


def advance_all(*, limit: int = LIST, seconds: float | None = None) -> int:
    """Bring every reader up to date; returns how many steps of cursors that took, in events. Stops after `seconds`."""
    register_cursors()
    started = time.monotonic()
    total = 0
    while behind := {row[0] for row in sql.rows(BEHIND)}:
        moved = 0
        for reader in events.readers():
            if reader.name not in behind:
                continue
            moved += advance(reader, limit=limit)
            if seconds is not None and time.monotonic() - started > seconds:
                return total + moved
        if not moved:
            break
        total += moved
    return total


def is_behind(reader: str, recorded_before: datetime) -> bool:
    """Whether events recorded before a moment still wait for this reader, which is named as its cursor."""
    names = sorted(next((one.events for one in events.readers() if one.name == reader), ()))
    return bool(sql.rows(WAITING, {"reader": reader, "names": names, "before": recorded_before})[0][0])


def register_cursors() -> None:
    """Give every reader a cursor, at the beginning of the log when it is new."""
    known = set(Cursor.objects.values_list("reader", flat=True))
    new = [Cursor(reader=reader.name) for reader in events.readers() if reader.name not in known]
    if new:
        Cursor.objects.bulk_create(new, ignore_conflicts=True)


def _must_rest(cursor: Cursor) -> bool:
    if cursor.failed_at is None:
        return False
    pause = min(2**cursor.failures, _MAX_PAUSE_SECONDS)
    return clock.now() < cursor.failed_at + timedelta(seconds=pause)


def _record_failure(reader: events.Reader, error: Exception) -> None:
    log.exception("event reader failed", extra={"reader": reader.name})
    cursor = Cursor.objects.get(reader=reader.name)
    cursor.failures += 1
    cursor.failed_at = clock.now()
    cursor.error = f"{type(error).__name__}: {error}"[:2000]
    cursor.save(update_fields=["failures", "failed_at", "error"])
