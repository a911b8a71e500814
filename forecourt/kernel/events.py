"""The event log: all that happens, appended in the transaction that did it.

Declare a fact as an `Event` with a versioned name; `publish` it from a command or a record; react with `@on`. Every
reaction is a reader of the log with its own cursor (see `readers`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

import msgspec

from forecourt.kernel import clock, ids, partitions, sql
from forecourt.kernel.values import Value

CHANNEL: Final = "forecourt_events"
NOBODY: Final = 0
"""The customer of an event that is about no customer."""

_COLUMNS: Final = ("customer_id", "id", "recorded_at", "occurred_at", "name", "body")
_encode: Final = msgspec.json.Encoder(decimal_format="string").encode


class Event(Value):
    """A fact. Holds ids, codes, figures and words of our own; never a phone, plate, card, name or address."""

    name: ClassVar[str]
    customer_id: int = NOBODY
    occurred_at: datetime

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        name = cls.__dict__.get("name")
        if name is None:
            return
        if not re.fullmatch(r"[a-z_]+\.[a-z_]+\.v\d+", name):
            raise TypeError(f"{cls.__qualname__}.name {name!r} must look like 'sale.posted.v1'")
        registered = _types.setdefault(name, cls)
        if registered.__qualname__ != cls.__qualname__:
            raise TypeError(f"two events are named {name!r}")


_types: dict[str, type[Event]] = {}
_readers: dict[str, "Reader"] = {}

E = TypeVar("E", bound=Event)
Handler = Callable[[Sequence[Any]], None]


@dataclass(frozen=True, slots=True)
class Reader:
    """A handler with the names of the events it takes. `name` is its cursor's key and must stay the same."""

    name: str
    events: frozenset[str]
    handler: Handler


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as the log holds it, for those who read the log itself (timelines, exports)."""

    id: UUID
    name: str
    customer_id: int
    occurred_at: datetime
    recorded_at: datetime
    body: dict[str, Any]


def on(*kinds: type[Event]) -> Callable[[Callable[[Sequence[E]], None]], Callable[[Sequence[E]], None]]:
    """Make a function a reader of these events. It gets lists, in order, inside a transaction of its own.

    What it writes and its cursor move together, so each event takes effect once. It calls records, never commands.
    """

    def register(handler: Callable[[Sequence[E]], None]) -> Callable[[Sequence[E]], None]:
        name = f"{handler.__module__.removeprefix('forecourt.')}.{handler.__name__}"
        _readers[name] = Reader(name, frozenset(kind.name for kind in kinds), handler)
        return handler

    return register


def readers() -> list[Reader]:
    """All readers that are registered, by name."""
    return [_readers[name] for name in sorted(_readers)]


def decode(name: str, body: bytes | str) -> Event:
    """The event of that name from its stored body."""
    return msgspec.json.decode(body, type=_types[name])


def publish(events: Sequence[Event]) -> None:
    """Append events to the log, in the caller's transaction; readers see them after it committed."""
    if not events:
        return
    recorded_at = clock.now()
    partitions.ensure_months("kernel_event", [recorded_at.date()])
    stamp = recorded_at.isoformat()
    copy_text = sql.copy_text
    sql.copy_in(
        "kernel_event",
        _COLUMNS,
        [
            f"{event.customer_id}\t{key.hex}\t{stamp}\t{event.occurred_at.isoformat()}\t{event.name}\t"
            f"{copy_text(_encode(event).decode())}\n"
            for event, key in zip(events, ids.uuid7s(len(events)), strict=True)
        ],
    )
    from forecourt.kernel.wake import wake_after_commit

    wake_after_commit(CHANNEL)
