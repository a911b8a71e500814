"""Bounds of decimals in values: stated in the type, kept in the published schema, checked by `check`.

msgspec bounds integers and floats as it decodes; decimals it does not. A field says `Positive`, `NotNegative` or `OfHundred`.
"""

import typing
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _

LARGEST: Final = Decimal(1_000_000_000)

Positive = Annotated[Decimal, Meta(extra_json_schema={"exclusiveMinimum": "0"}, description="more than 0")]
NotNegative = Annotated[Decimal, Meta(extra_json_schema={"minimum": "0"}, description="0 or more")]
OfHundred = Annotated[
    Decimal, Meta(extra_json_schema={"exclusiveMinimum": "0", "maximum": "100"}, description="more than 0, at most 100")
]


def check(value: Any, path: str = "") -> None:
    """Refuse a value whose decimals lie out of their bounds, however deep: Invalid, naming field, value and bound."""
    if isinstance(value, tuple | list):
        for position, item in enumerate(value):
            check(item, f"{path}.{position}" if path else str(position))
    elif isinstance(value, Decimal):
        _check_bounds(value, {}, path)
    elif isinstance(value, msgspec.Struct):
        bounds = _bounds(type(value))
        for name in value.__struct_fields__:
            field = getattr(value, name)
            inner = f"{path}.{name}" if path else name
            if isinstance(field, Decimal):
                _check_bounds(field, bounds.get(name, {}), inner)
            else:
                check(field, inner)


def _check_bounds(value: Decimal, bounds: dict[str, Any], path: str) -> None:
    if not value.is_finite() or abs(value) >= LARGEST:
        raise Invalid.field(path, _("%(value)s is no figure below %(most)s; mend it") % _said(value, LARGEST))
    if "exclusiveMinimum" in bounds and value <= Decimal(bounds["exclusiveMinimum"]):
        raise Invalid.field(
            path, _("%(value)s is not more than %(most)s; give more") % _said(value, bounds["exclusiveMinimum"])
        )
    if "minimum" in bounds and value < Decimal(bounds["minimum"]):
        raise Invalid.field(
            path, _("%(value)s is below %(most)s; give at least that") % _said(value, bounds["minimum"])
        )
    if "maximum" in bounds and value > Decimal(bounds["maximum"]):
        raise Invalid.field(path, _("%(value)s is above %(most)s; give at most that") % _said(value, bounds["maximum"]))


def _said(value: Decimal, bound: object) -> dict[str, str]:
    return {"value": str(value)[:40], "most": str(bound)}


@cache
def _bounds(kind: type) -> dict[str, dict[str, Any]]:
    """Bounds by field of a struct, from the annotations of its types."""
    found = {}
    for name, hint in typing.get_type_hints(kind, include_extras=True).items():
        for part in (hint, *typing.get_args(hint)):
            for meta in getattr(part, "__metadata__", ()):
                if isinstance(meta, Meta) and meta.extra_json_schema:
                    found[name] = dict(meta.extra_json_schema)
    return found
