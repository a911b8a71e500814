"""Templates by their codes."""

import threading
from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec

from forecourt.coupons import rules
from forecourt.coupons.values import CouponKind, Template
from forecourt.kernel import sql

STAMP: Final = "coupons"
"""The stamp that every change of a template moves on."""
_ALL: Final = "SELECT code, id, is_live, body::text FROM coupons_coupontemplate"
_SOME: Final = _ALL + " WHERE code = ANY(%(codes)s::text[])"
_ISSUED: Final = """
SELECT code, id, is_live, body::text, issued FROM coupons_coupontemplate WHERE code = ANY(%(codes)s::text[])
"""


class KnownTemplate(NamedTuple):
    """A template as stored. `is_live`: still issued; what was issued of it stays good in any case."""

    id: int
    is_live: bool
    template: Template

    @property
    def is_issued(self) -> bool:
        """Whether its coupons are issued one by one: it is live, and not one code for everybody."""
        return self.is_live and self.template.kind is CouponKind.SINGLE

    def can_be_issued(self, day: date) -> bool:
        """Whether they are, and one that is issued on that day will be good."""
        return self.is_issued and rules.can_be_good(self.template, day)


class _Memory(NamedTuple):
    stamp: int
    templates: Mapping[str, KnownTemplate]


_guard = threading.Lock()
_memory = _Memory(-1, MappingProxyType({}))


def live_templates(stamp: int | None = None) -> Mapping[str, KnownTemplate]:
    """Every template by code, retired ones too, for their coupons stay good.

    With the stamp "coupons", which every change of a template moves on, a process asks only when that has moved.
    """
    global _memory  # noqa: PLW0603 - one memory a process, of what the stamp vouches for
    memory = _memory
    if stamp is not None and stamp == memory.stamp:
        return memory.templates
    known = MappingProxyType(_known(sql.rows(_ALL, hot=True)))
    if stamp is not None:
        with _guard:
            if stamp > _memory.stamp:
                _memory = _Memory(stamp, known)
    return known


def room(codes: Collection[str], day: date) -> dict[str, int | None]:
    """How many coupons of each template can be issued on that day, as far as is known without a lock: none of one that is not,
    null where any number. One statement.
    """
    found = sql.rows(_ISSUED, {"codes": sql.text_array(sorted(code for code in codes if "\0" not in code))})
    known, issued = _known([row[:4] for row in found]), {row[0]: row[4] for row in found}
    left: dict[str, int | None] = dict.fromkeys(codes, 0)
    for code, one in known.items():
        if one.can_be_issued(day):
            limit = one.template.limit
            left[code] = max(0, limit - issued[code]) if limit else None
    return left


def templates(codes: Collection[str]) -> dict[str, KnownTemplate]:
    """Templates by code; unknown ones are missing. One statement."""
    askable = sorted(code for code in codes if "\0" not in code)
    return _known(sql.rows(_SOME, {"codes": sql.text_array(askable)}))


def forget() -> None:
    """Forget what was read (after a database was replaced)."""
    global _memory  # noqa: PLW0603
    with _guard:
        _memory = _Memory(-1, MappingProxyType({}))


def _known(rows: list[tuple[Any, ...]]) -> dict[str, KnownTemplate]:
    return {row[0]: KnownTemplate(row[1], row[2], msgspec.json.decode(row[3], type=Template)) for row in rows}
