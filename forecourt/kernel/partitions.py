"""Monthly partitions of the hot tables, made ahead of time by the worker and on the spot for history that is imported."""

import threading
from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db import transaction

from forecourt.kernel import clock, sql

_EVENTS: Final = "kernel_event"
_known: set[tuple[str, date]] = set()
_guard = threading.Lock()

# asked of pg_class itself: to_regclass may answer from what this connection remembers from before it had the lock
_EXISTS = """
SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = %(partition)s AND relnamespace = current_schema()::regnamespace)
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtext(%(partition)s))"


def ensure_months(table: str, days: Iterable[date]) -> None:
    """Make the partitions that these days fall into, where they are missing. Asks the database once a month and process.

    Made apart and then attached, which does not block those who write to the table.
    """
    for month in sorted({clock.month_of(day) for day in days}):
        if (table, month) not in _known:
            _make(table, month)


def _make(table: str, month: date) -> None:
    """Where a table lacks the month, make it for all that go by the day of business, in one order: two writers who come to
    them in different orders would each hold the month that the other waits for. Events go by the day they are recorded,
    and come last.
    """
    tables = [table]
    if not _exists(table, month):
        tables = tables if table == _EVENTS else sorted({table, *PARTITIONED} - {_EVENTS})
        with transaction.atomic():
            for one in tables:
                _make_one(one, month)
    transaction.on_commit(lambda: _remember(tables, month))


def _exists(table: str, month: date) -> bool:
    return bool(sql.rows(_EXISTS, {"partition": _name(table, month)})[0][0])


def _make_one(table: str, month: date) -> None:
    partition = _name(table, month)
    sql.rows(_LOCK, {"partition": partition})
    if not _exists(table, month):
        until = clock.next_month(month)
        sql.run(f"CREATE TABLE {partition} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        sql.run(f"ALTER TABLE {table} ATTACH PARTITION {partition} FOR VALUES FROM ('{month}') TO ('{until}')")


def _name(table: str, month: date) -> str:
    return f"{table}_{month:%Y_%m}"


def _remember(tables: Iterable[str], month: date) -> None:
    with _guard:
        _known.update((table, month) for table in tables)


def forget() -> None:
    """Forget which partitions are known to exist (after a database was replaced)."""
    with _guard:
        _known.clear()


PARTITIONED: dict[str, int] = {_EVENTS: 3}
"""Partitioned tables and how many months ahead to prepare; each folder adds its own in its models."""


def prepare(today: date) -> int:
    """Make the partitions of the months ahead for every partitioned table; returns how many months were looked at."""
    looked = 0
    for table, ahead in PARTITIONED.items():
        month = clock.month_of(today)
        for _ in range(ahead + 1):
            ensure_months(table, [month])
            month = clock.next_month(month)
            looked += 1
    return looked
