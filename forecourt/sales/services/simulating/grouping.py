"""Figures of a simulation by station, by tier, by offer and by who pays, put together and told as JSON: figures as text."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from forecourt.kernel.money import ZERO

Figure = Decimal | int
"""Money and quantities are decimals; sales, uses and points whole numbers."""
Key = tuple[str, str]
"""A station and a tier; an offer and who pays for it."""

FIGURES: Final = (
    "sales",
    "volume",
    "gross",
    "discount_before",
    "discount_after",
    "points_before",
    "points_after",
    "costed",
    "cost",
    "margin_before",
    "margin_after",
    "own_margin_before",
    "own_margin_after",
)
"""Of sales. The last six are of the `costed` ones alone, of which all costs are known. `margin` is what was asked less what the
goods cost, less all that offers gave; `own_margin` less only what the station itself gave of it, for others pay theirs back.
"""
GIVEN: Final = ("uses", "discount", "volume", "points", "gifts")
PAID: Final = (
    "sales_before",
    "sales_after",
    "fuel_before",
    "fuel_after",
    "discount_before",
    "gifts_before",
    "points_before",
    "margin_before",
    "margin_after",
)
"""Of a payer: the sales it paid on, with their fuel; what it paid; the margins of those that it would have paid on."""
MOST_DIGITS: Final = 3
"""Of quantities; money has fewer."""
WON: Final = ("winners", "losers", "unchanged", "gain", "loss")


def add(into: dict[Any, list[Figure]], key: Any, sums: list[Figure]) -> None:
    """Add figures to those of a group."""
    mine = into.get(key)
    into[key] = list(sums) if mine is None else [one + other for one, other in zip(mine, sums, strict=True)]


def by(groups: Mapping[Key, list[Figure]], place: int) -> dict[str, list[Figure]]:
    """Groups put together by one part of their keys."""
    found: dict[str, list[Figure]] = {}
    for key, sums in groups.items():
        add(found, key[place], sums)
    return found


def most(counted: Mapping[Any, int], limit: int) -> list[list[Any]]:
    """The most frequent, each with its count behind its names, in the same order however they were counted."""
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [[*names, count] for names, count in ranked[:limit]]


def said(names: Iterable[str], sums: Iterable[Figure]) -> dict[str, str]:
    """Figures by their names, as text, without the zeros that costs times quantities leave behind."""
    return {name: _text(f"{Decimal(value):f}") for name, value in zip(names, sums, strict=True)}


def _text(figure: str) -> str:
    units, _point, fraction = figure.partition(".")
    return f"{units}.{fraction.rstrip('0'):0<2}" if len(fraction) > MOST_DIGITS else figure


def won(worth: Iterable[Decimal]) -> dict[str, Any]:
    """How many members gain, lose and see no change, and how much they gain and lose together."""
    counted, gain, loss = [0, 0, 0], ZERO, ZERO
    for value in worth:
        counted[0 if value > 0 else 1 if value < 0 else 2] += 1
        if value > 0:
            gain += value
        else:
            loss += value
    return dict(zip(WON, (*counted, f"{gain:f}", f"{loss:f}"), strict=True))


def of_sales(
    groups: Mapping[str, list[Figure]],
    worth: Mapping[str, list[Decimal]],
    lost: Mapping[str, Counter[tuple[str, str, str]]],
    kinds: int,
) -> list[dict[str, Any]]:
    """Stations or tiers, those that sold most first: their sales, their members' gains and losses, and how often offers were in
    one another's way there, with so many kinds of it at the most.
    """
    return [
        {"name": name}
        | said(FIGURES, groups[name])
        | won(worth.get(name, ()))
        | {"conflicts": (found := lost.get(name, Counter())).total(), "lost": most(found, kinds)}
        for name in sorted(groups, key=lambda name: (-groups[name][2], name))
    ]


def of_offers(given: Mapping[str, list[Figure]]) -> list[dict[str, str]]:
    """Offers, those that gave most first."""
    ranked = sorted(given.items(), key=lambda item: (-item[1][1], -item[1][3], item[0]))
    return [{"name": name} | said(GIVEN, sums) for name, sums in ranked]


def of_payers(given: Mapping[str, list[Figure]], paid: Mapping[str, list[Figure]]) -> list[dict[str, str]]:
    """Who pays, who pays most first, with what they paid as it was."""
    nothing: list[Figure] = [ZERO] * len(GIVEN)
    unpaid: list[Figure] = [ZERO] * len(PAID)
    names = {*given, *(name for name, sums in paid.items() if any(sums))}
    rows = [(name, given.get(name, nothing), paid.get(name, unpaid)) for name in names]
    rows.sort(key=lambda row: (-row[1][1], -row[1][3], row[0]))
    return [{"name": name} | said(GIVEN, gives) | said(PAID, pays) for name, gives, pays in rows]
