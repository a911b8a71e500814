"""The base of every value that crosses a room, and reviews, which several folders have."""

from datetime import datetime
from enum import StrEnum
from typing import Any, dataclass_transform

import msgspec


class _Values(msgspec.StructMeta):
    """Makes the fields of every subclass keyword-only; msgspec's own option reaches only the class that states it."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> type:
        options.setdefault("kw_only", True)
        return super().__new__(mcs, name, bases, namespace, **options)


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Value(msgspec.Struct, metaclass=_Values, frozen=True, gc=False):
    """An immutable value. A msgspec struct rather than a dataclass: it decodes from JSON and compares at C speed.

    Holds values, tuples and plain scalars only, never anything that could form a cycle.
    """


class Outcome(StrEnum):
    """What became of what was handed in for review."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Review(Value):
    """What was handed in about `subject`, such as "reward:MUG", and what was decided; `decided_at` null while it is open.

    `body` is what was handed in, as stored; `before` what was in force then, null for nothing. `answer` says why it was sent
    back.
    """

    id: int
    subject: str
    body: Any
    before: Any
    note: str
    submitted_at: datetime
    submitted_by: str
    outcome: Outcome = Outcome.OPEN
    decided_at: datetime | None = None
    decided_by: str = ""
    answer: str = ""

    @property
    def key(self) -> str:
        """The subject without its kind: "MUG" of "reward:MUG"."""
        return self.subject.partition(":")[2]
