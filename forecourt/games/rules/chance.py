"""Chance that anybody can recompute: numbers from a secret seed whose SHA-256 was published before.

    number(seed, message) = HMAC-SHA256(seed, message + "|" + counter), its first 8 bytes as a big-endian integer

`counter` begins at 0. To get a number below `bound` without favour, a value at or above the largest multiple of `bound`
that 64 bits hold is left out, and the next counter taken; what remains is the rest after division.
"""

import hmac
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from itertools import accumulate

from forecourt.games.values import WHOLE, Wheel

_RANGE = 1 << 64


def commitment_of(seed: bytes) -> str:
    """What is published of a seed before it is used: its SHA-256, in hexadecimal digits."""
    return sha256(seed).hexdigest()


def values(seed: bytes, message: str) -> Iterator[int]:
    """64-bit values, one for each counter from 0 on."""
    counter = 0
    while True:
        yield int.from_bytes(hmac.digest(seed, f"{message}|{counter}".encode(), "sha256")[:8], "big")
        counter += 1


def number_below(seed: bytes, message: str, bound: int) -> int:
    """A number from 0 to below `bound`, each equally likely."""
    limit = _RANGE - _RANGE % bound
    return next(value for value in values(seed, message) if value < limit) % bound


def spin_message(code: str, day: date, player: str, number: int) -> str:
    """What a spin is computed from: the game, the day, the player and the how-manieth spin of that day it is."""
    return f"forecourt-wheel-1|{code}|{day.isoformat()}|{player}|{number}"


def segment_at(wheel: Wheel, part: int) -> int:
    """The place of the segment that a part (0 to 999,999) lies in: the segments one after the other, each its parts wide."""
    return bisect_right(list(accumulate(segment.parts for segment in wheel.segments)), part)


def spun(seed: bytes, code: str, day: date, player: str, number: int, wheel: Wheel) -> int:
    """The place of the segment where the wheel stops."""
    return segment_at(wheel, number_below(seed, spin_message(code, day, player, number), WHOLE))


def shuffled(seed: bytes, message: str, count: int) -> Sequence[int]:
    """The places 0 to `count` - 1 in an order of the seed's (Fisher and Yates, from the end)."""
    places = list(range(count))
    for last in range(count - 1, 0, -1):
        other = number_below(seed, f"{message}|{last}", last + 1)
        places[last], places[other] = places[other], places[last]
    return places
