"""How often a key may call: a token bucket for each key, in each process."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from forecourt.faces.api.problems import LimitReached

BURST_SECONDS: Final = 2
"""A bucket holds so many seconds' worth of requests."""
_MOST_BUCKETS: Final = 10_000


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
    """The buckets of all keys. `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._levels: dict[int, tuple[float, float]] = {}

    def refill(self) -> None:
        """Fill all buckets."""
        with self._guard:
            self._levels.clear()

    def take(self, key_id: int, per_second: int) -> Allowance:
        """Spend one request of a key's; LimitReached, with the seconds to wait, when none is left."""
        rate = max(per_second, 1)
        size = float(rate * BURST_SECONDS)
        now = self._clock()
        with self._guard:
            if len(self._levels) > _MOST_BUCKETS:
                self._levels.clear()
            level, seen = self._levels.get(key_id, (size, now))
            level = min(size, level + (now - seen) * rate)
            allowed = level >= 1
            level -= 1 if allowed else 0
            self._levels[key_id] = (level, now)
        if not allowed:
            wait = max(1, math.ceil((1 - level) / rate))
            raise LimitReached(
                f"This key may send {rate} requests a second; wait {wait} s, or send sales in lists, "
                "where up to 5,000 count as one.",
                wait,
            )
        return Allowance(rate, int(level), math.ceil((size - level) / rate))


buckets = Buckets()
