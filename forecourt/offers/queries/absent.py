"""What an offer names and that is not there: where it asks for such, it applies to no sale."""

from collections.abc import Callable, Collection, Iterator
from typing import Final

from forecourt.catalogue import queries as catalogue
from forecourt.kernel.values import Value
from forecourt.offers.rules.facts import Products
from forecourt.offers.rules.matching import walk
from forecourt.offers.rules.offer import Offer
from forecourt.organisation import queries as organisation

Find = Callable[[Collection[str]], Collection[str]]
"""Tells which of some codes name something."""

_ONE: Final = {"product": "products", "tier": "tiers", "template": "templates"}
"""Inputs that hold one of what those of these kinds hold several of."""


def _products(codes: Collection[str]) -> Collection[str]:
    """Products by their own codes; rules do not know them by a barcode."""
    return {code for code, facts in catalogue.products_by_code(codes).items() if facts.code == code}


_finders: dict[str, Find] = {
    "products": _products,
    "categories": lambda codes: catalogue.category_names().keys(),
    "brands": catalogue.brands,
    "stations": lambda codes: organisation.station_facts(codes).keys(),
    "regions": lambda codes: organisation.regions().keys(),
    "payees": organisation.legal_entities,
    "segments": lambda codes: (),
}


def find_by(kind: str, find: Find) -> None:
    """Have this function tell which codes name something of a kind: "tiers", "templates", "issued" (templates that are issued),
    "segments" (of which there are none until something knows them).

    Offers know neither the programme nor coupons; a face, which knows all of them, puts them together.
    """
    _finders[kind] = find


def absent(offer: Offer) -> dict[str, list[str]]:
    """The codes that name nothing, by kind; those that an offer leaves out do not matter. A statement a kind it names."""
    named: dict[str, set[str]] = {}
    for part in (*walk(offer.when), *offer.then):
        for kind, code in _codes_in(part):
            named.setdefault(kind, set()).add(code)
    if issued := {template for effect in offer.then for template in effect.issues()}:
        named["issued"] = issued
    found = {
        kind: sorted(codes - set(find(codes))) for kind, find in _finders.items() if (codes := named.get(kind, set()))
    }
    return {kind: codes for kind, codes in found.items() if codes}


def _codes_in(part: Value) -> Iterator[tuple[str, str]]:
    """The codes a part of an offer holds, each with its kind, those of selections and rows within it too."""
    for field, asked in getattr(type(part), "inputs", {}).items():
        held = getattr(part, field)
        if isinstance(held, Value):
            yield from _codes_in(held) if isinstance(held, Products) else ()
        elif asked.kind == "rows":
            for row in held:
                yield from _codes_in(row)
        elif asked.kind in _ONE:
            yield from [(_ONE[asked.kind], held)] if held else ()
        elif field != "exclude" and asked.kind in _finders:
            yield from [(asked.kind, code) for code in held]
