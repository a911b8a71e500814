"""Monthly partitions of the hot tables, made ahead of time by the worker and on the spot for history that is imported."""

import threading
from collections.abc import Iterable
from datetime import date

from django.db import transaction

from forecourt.kernel import clock, sql

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
    partition = f"{table}_{month:%Y_%m}"
    if not sql.rows(_EXISTS, {"partition": partition})[0][0]:
        with transaction.atomic():
            sql.rows(_LOCK, {"partition": partition})
            if not sql.rows(_EXISTS, {"partition": partition})[0][0]:
                until = clock.next_month(month)
                sql.run(f"CREATE TABLE {partition} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
                sql.run(f"ALTER TABLE {table} ATTACH PARTITION {partition} FOR VALUES FROM ('{month}') TO ('{until}')")
    transaction.on_commit(lambda: _remember(table, month))


def _remember(table: str, month: date) -> None:
    with _guard:
        _known.add((table, month))


def forget() -> None:
    """Forget which partitions are known to exist (after a database was replaced)."""
    with _guard:
        _known.clear()


PARTITIONED: dict[str, int] = {"kernel_event": 3}
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
