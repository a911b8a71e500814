"""The base of every value that crosses a room."""

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
