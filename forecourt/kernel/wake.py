"""Waking those who wait on PostgreSQL's NOTIFY, without making commits queue.

A NOTIFY inside a transaction takes one lock for the whole database at commit, which would make all writers commit one
after the other. So the wake-up is sent after the commit, by itself, at most every 100 ms from a process. A wake-up
that is lost costs a second: those who wait also look by themselves.
"""

import threading
import time
from typing import Final

from django.db import connection, transaction

_PAUSE_SECONDS: Final = 0.1
_last: dict[str, float] = {}
_guard = threading.Lock()


def wake_after_commit(channel: str) -> None:
    """Notify the channel once the caller's transaction has committed."""
    transaction.on_commit(lambda: _wake(channel))


def _wake(channel: str) -> None:
    now = time.monotonic()
    with _guard:
        if now - _last.get(channel, 0.0) < _PAUSE_SECONDS:
            return
        _last[channel] = now
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel])
