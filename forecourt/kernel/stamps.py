"""Stamps: how a process knows that what it remembers of seldom-changing tables is still true.

Every change of stations, products or rules moves its stamp on in its own transaction. A list of sales reads all stamps
in one small statement and uses what the process remembers under the same stamp: exact, not a guess by age.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final, Generic, TypeVar

from forecourt.kernel import sql

K = TypeVar("K")
V = TypeVar("V")

_READ: Final = "SELECT name, stamp FROM kernel_stamp"
_BUMP: Final = (
    "INSERT INTO kernel_stamp AS known (name, stamp) VALUES (%(name)s, 1) "
    "ON CONFLICT (name) DO UPDATE SET stamp = known.stamp + 1"
)

Stamps = dict[str, int]


def read() -> Stamps:
    """All stamps by name. Read them before the data they vouch for."""
    return dict(sql.rows(_READ, hot=True))


def bump(name: str) -> None:
    """Move a stamp on, in the transaction that changes what it stands for."""
    sql.run(_BUMP, {"name": name})


class Remembered(Generic[K, V]):
    """What a process remembers under one stamp, up to a number of entries. What is not there is never remembered."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._stamp = -1
        self._entries: dict[K, V] = {}

    def all(self, keys: Collection[K], stamp: int, load: Callable[[Collection[K]], Mapping[K, V]]) -> dict[K, V]:
        """Entries by key, loading in one go what is not remembered under this stamp."""
        entries = self._under(stamp)
        missing = [key for key in keys if key not in entries]
        if not missing:
            return entries
        found = load(missing)
        entries.update(found)
        return entries

    def _under(self, stamp: int) -> dict[K, V]:
        """The entries of a stamp; those of an older one are let go. A reader of an older stamp gets a dictionary of its own."""
        if stamp < self._stamp:
            return {}
        if stamp > self._stamp or len(self._entries) > self._most:
            self._entries = {}
            self._stamp = stamp
        return self._entries

    def forget(self) -> None:
        self._stamp = -1
        self._entries = {}
