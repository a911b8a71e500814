"""How often a key may call: a token bucket for each key, shared by all processes of a door."""

import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from forecourt.faces.api.problems import LimitReached
from forecourt.kernel.home import folder
from forecourt.kernel.shared_rows import SharedRows

BURST_SECONDS: Final = 2
"""A bucket holds so many seconds' worth of requests."""
BUCKETS: Final = 8_192
"""Buckets of a door; of keys whose numbers lie so far apart two share one."""
_SECOND: Final = 1_000_000_000
_BURST: Final = BURST_SECONDS * _SECOND


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to a key: `remaining` requests now, all of them again after `reset_seconds`."""

    per_second: int
    remaining: int
    reset_seconds: int

    def headers(self) -> dict[str, str]:
        """The header fields RateLimit-Policy and RateLimit."""
        return {
            "RateLimit-Policy": f'"key";q={self.per_second * BURST_SECONDS};w={BURST_SECONDS}',
            "RateLimit": f'"key";r={self.remaining};t={self.reset_seconds}',
        }


class Buckets:
    """The buckets of all keys at one door. `clock` gives nanoseconds that are the same in all processes of the machine.

    A bucket is the moment at which it will be full: a request moves it on by what it costs, the nth part of a second, and none
    may move it further than the burst from now. That moment is `idle + spent`: what all processes spent, each by its own
    count, and how long the bucket was full without being used, as whoever found it so noted. Processes that ask at the very
    same moment may each get the last request; it is missing from the next.
    """

    def __init__(self, door: str, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._door = door
        self._clock = clock
        self._guard = threading.Lock()
        self._process = 0
        self._rows: SharedRows

    def refill(self) -> None:
        """Fill all buckets: for a process that is the door's only one."""
        with self._guard:
            self._shared().clear()

    def take(self, key_id: int, per_second: int) -> Allowance:
        """Spend one request of a key's; LimitReached, with the seconds to wait, when none is left."""
        rate = max(per_second, 1)
        cost = _SECOND // rate
        spent_at = key_id % BUCKETS
        idle_at = spent_at + BUCKETS
        with self._guard:
            rows = self._shared()
            now = self._clock()
            idle, spent = max(rows.column(idle_at)), sum(rows.column(spent_at))
            if idle + spent < now:
                idle = now - spent
                rows.write(idle_at, idle)
            used = idle + spent + cost - now
            if used <= _BURST:
                rows.add(spent_at, cost)
        if used > _BURST:
            wait = max(1, math.ceil((used - _BURST) / _SECOND))
            raise LimitReached(
                f"This key may send {rate} requests a second; wait {wait} s, or send sales in lists, "
                "where up to 5,000 count as one.",
                wait,
            )
        return Allowance(rate, (_BURST - used) // cost, -(-used // _SECOND))

    def _shared(self) -> SharedRows:
        """This process's view of the door's buckets: opened when they are first asked for, since workers may be forked."""
        process = os.getpid()
        if process != self._process:
            self._rows = SharedRows(folder("run") / f"limits-{self._door}", 2 * BUCKETS)
            self._process = process
        return self._rows


web: Final = Buckets("web")
till: Final = Buckets("till")
