"""The base of every value that crosses a room."""

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An immutable value. A msgspec struct rather than a dataclass: it decodes from JSON and compares at C speed.

    Holds values, tuples and plain scalars only, never anything that could form a cycle.
    """
