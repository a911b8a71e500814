"""What processes that share a key's limit do, in tests."""

import time

from forecourt.faces.api import limits
from forecourt.faces.api.problems import LimitReached

DOOR = "of-tests"


def hammer(say, key_id: int, per_second: int, seconds: float) -> None:
    """Ask as often as can be for so long; say when it began, how many were let through, when it ended."""
    say(began_taken_ended(limits.Buckets(DOOR), key_id, per_second, seconds))


def began_taken_ended(buckets: limits.Buckets, key_id: int, per_second: int, seconds: float) -> tuple[int, int, int]:
    """As `hammer`, in monotonic nanoseconds."""
    began = now = time.monotonic_ns()
    taken = 0
    while now < began + seconds * 1e9:
        try:
            buckets.take(key_id, per_second)
            taken += 1
        except LimitReached:
            pass
        now = time.monotonic_ns()
    return began, taken, now
