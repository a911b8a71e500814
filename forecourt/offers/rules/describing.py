"""What the language looks like from outside: its JSON Schema for integrators, and every term for a screen that builds offers.

Both come from the classes themselves, so that a new condition or effect is in them without anything else being done.
"""

from functools import cache
from inspect import cleandoc
from typing import Any, Final, cast

import msgspec
from msgspec import inspect

from forecourt.kernel.values import Value
from forecourt.kernel.words import say as _
from forecourt.offers.rules.conditions import CONDITIONS, Dates, Span
from forecourt.offers.rules.effects import EFFECTS, Part, Step
from forecourt.offers.rules.facts import Products
from forecourt.offers.rules.offer import Offer, Policy
from forecourt.offers.rules.speaking import WORDS, Input, gettext_noop
from forecourt.offers.rules.terms import ABOUT, Condition, Effect
from forecourt.offers.values import Budget, Share

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_FIGURE: Final = r"^[0-9]{1,9}([.][0-9]{1,9})?$"
_BOUNDS: Final = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")

_SHARED: Final[dict[type[Value], dict[str, Input]]] = {
    Budget: {
        "measure": Input(gettext_noop("Counts"), "choice", choices="measure"),
        "limit": Input(gettext_noop("At most"), "number"),
        "per": Input(gettext_noop("For how long and whom"), "choice", choices="per"),
    },
    Share: {
        "funder": Input(
            gettext_noop("Funder"), "funder", gettext_noop("Choose from the list; a new supplier is added by its name.")
        ),
        "percent": Input(gettext_noop("Share in percent"), "percent"),
    },
    Policy: {
        "most_offers": Input(
            gettext_noop("Most offers in a sale"), "whole", gettext_noop("0 stands for any number of them.")
        ),
        "most_percent": Input(gettext_noop("Most percent off a product"), "percent"),
    },
}
"""How to ask for the fields of values that know nothing of screens."""


def inputs_of(kind: type[Value]) -> dict[str, Input]:
    """How to ask for the fields of a class of the language."""
    found: dict[str, Input] = _SHARED[kind] if kind in _SHARED else getattr(kind, "inputs", {})
    return found


def catalogue() -> dict[str, Any]:
    """Everything a builder of offers shows, in the reader's language.

    `conditions` and `effects` are terms: tag, title, hint, group (one of `groups`), fields. `products`, `offer`, `budget`,
    `share` and `policy` are the fields of those. A field has name, label, hint, kind (see `speaking.Input`), whether it is
    required, `default` as JSON, and, where there are any, `choices` with labels, bounds (`minimum`, `exclusiveMinimum`,
    `maximum`, as text), and `fields` of its rows.
    """
    return {
        "groups": [{"about": about.value, "title": _(title)} for about, title in ABOUT.items()],
        "conditions": [_term(tag, kind) for tag, kind in CONDITIONS.items()],
        "effects": [_term(tag, kind) for tag, kind in EFFECTS.items()],
        "products": _fields(Products),
        "offer": _fields(Offer),
        "budget": _fields(Budget),
        "share": _fields(Share),
        "policy": _fields(Policy),
    }


def _term(tag: str, kind: type[Condition] | type[Effect]) -> dict[str, Any]:
    return {"tag": tag, "title": _(kind.title), "about": kind.about.value, "fields": _fields(kind)}


def _fields(kind: type[Value]) -> list[dict[str, Any]]:
    inputs = inputs_of(kind)
    found = []
    for field in _shapes(kind):
        asked = inputs[field["name"]]
        said = {**field, "label": _(asked.label), "hint": _(asked.hint) if asked.hint else "", "kind": asked.kind}
        if asked.choices:
            said["choices"] = [{"value": code, "label": _(word)} for code, word in WORDS[asked.choices].items()]
        if "rows" in said:
            said["fields"] = _fields(said.pop("rows"))
        found.append(said)
    found.sort(key=lambda field: list(inputs).index(field["name"]))
    return found


@cache
def _shapes(kind: type[Value]) -> tuple[dict[str, Any], ...]:
    """What of the fields is the same in every language: name, default, bounds, the class of their rows."""
    described = cast(inspect.StructType, inspect.type_info(kind))
    return tuple([_shape(field) for field in described.fields])


def _shape(field: inspect.Field) -> dict[str, Any]:
    shape: dict[str, Any] = {"name": field.name, "required": field.required}
    if not field.required:
        shape["default"] = msgspec.to_builtins(field.default)
    inner = field.type
    bounds: dict[str, Any] = {}
    while isinstance(inner, inspect.Metadata | inspect.UnionType):
        if isinstance(inner, inspect.Metadata):
            bounds.update(inner.extra_json_schema or {})
            inner = inner.type
        else:
            known = [part for part in inner.types if not isinstance(part, inspect.NoneType)]
            if len(known) != 1:
                return shape
            inner = known[0]
    if isinstance(inner, inspect.IntType):
        bounds.update({"minimum": inner.ge, "maximum": inner.le})
    shape.update({name: str(bounds[name]) for name in _BOUNDS if bounds.get(name) is not None})
    if isinstance(inner, inspect.VarTupleType) and isinstance(inner.item_type, inspect.StructType):
        shape["rows"] = inner.item_type.cls
    return shape


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an offer, with titles and descriptions."""
    found = msgspec.json.schema(Offer)
    parts: list[type[Value]] = [Offer, Products, Budget, Share, Span, Dates, Part, Step]
    by_name = {kind.__name__: kind for kind in [*parts, *CONDITIONS.values(), *EFFECTS.values()]}
    for name, definition in found["$defs"].items():
        kind = by_name.get(name)
        if kind is None:
            definition.pop("description", None)
            continue
        if issubclass(kind, Condition | Effect):
            definition["title"] = kind.title
        definition["description"] = cleandoc(kind.__doc__ or "")
        for field, asked in inputs_of(kind).items():
            described = definition["properties"][field]
            described["title"] = asked.label
            if asked.hint:
                described["description"] = asked.hint
    _mend_figures(found)
    return {"$schema": _DIALECT, "title": "Offer", **found}


def _mend_figures(part: Any) -> None:
    """Decimals may be sent as text or as numbers: bounds hold for numbers, text has to look like one. None is negative."""
    if isinstance(part, list):
        for item in part:
            _mend_figures(item)
    elif isinstance(part, dict):
        if part.get("format") == "decimal":
            del part["format"]
            part["type"] = ["string", "number"]
            part["pattern"] = _FIGURE
            for name in _BOUNDS:
                if name in part:
                    part[name] = int(part[name])
        for item in part.values():
            _mend_figures(item)
