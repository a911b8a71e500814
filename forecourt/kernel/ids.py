"""Identifiers made by the application: UUID version 7 (RFC 9562), which sort by the time they were made."""

import os
import time
from uuid import UUID

_RANDOM_BITS = (1 << 74) - 1


def uuid7() -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, version, 74 random bits, variant."""
    random = int.from_bytes(os.urandom(10), "big") & _RANDOM_BITS
    milliseconds = time.time_ns() // 1_000_000
    head = (milliseconds << 80) | (0x7 << 76) | ((random >> 62) << 64)
    return UUID(int=head | (0b10 << 62) | (random & ((1 << 62) - 1)))


def uuid7s(count: int) -> list[UUID]:
    """So many new UUIDv7, in rising order, for lists."""
    entropy = os.urandom(8 * count)
    head = ((time.time_ns() // 1_000_000) << 80) | (0x7 << 76)
    ids = []
    for index in range(count):
        # twelve bits of order within the millisecond, then 62 random bits; a longer list moves on a millisecond
        high = head + ((index >> 12) << 80) | ((index & 0xFFF) << 64)
        low = int.from_bytes(entropy[8 * index : 8 * index + 8], "big") >> 2
        ids.append(UUID(int=high | (0b10 << 62) | low))
    return ids
