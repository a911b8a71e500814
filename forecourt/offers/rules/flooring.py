"""Changes of margin floors: what one may say, and how a list of them is kept. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.offers.values import FloorChange

MOST_CHANGES: Final = 2000
"""Floors that are changed at once."""
MARGIN_LIMIT: Final = Decimal(10_000)
_DIGITS: Final = 4


def checked(changes: Sequence[FloorChange]) -> tuple[FloorChange, ...]:
    """The changes as they are stored. Invalid, by the place in the list, for a margin that is none and a floor named twice."""
    if len(changes) > MOST_CHANGES:
        raise Invalid.field("changes", _("has more than %(most)s floors; hand them in apart") % {"most": MOST_CHANGES})
    seen: dict[tuple[str, str], int] = {}
    found = []
    for place, one in enumerate(changes):
        change = replace(one, product=one.product.strip(), station=one.station.strip())
        if change.margin is not None:
            _check_margin(change.margin, f"{place}.margin")
        key = (change.product, change.station)
        if seen.setdefault(key, place) != place:
            raise Invalid.field(
                f"{place}.product",
                _("%(product)s is there already, as number %(place)s of the list; name it once")
                % {"product": change.product, "place": seen[key] + 1},
            )
        found.append(change)
    return tuple(found)


def with_change(changes: Sequence[FloorChange], change: FloorChange) -> tuple[FloorChange, ...]:
    """The list with this change in the place of one of the same floor, else at its end."""
    others = [one for one in changes if (one.product, one.station) != (change.product, change.station)]
    if len(others) == len(changes):
        return (*changes, change)
    return tuple(change if one not in others else one for one in changes)


def _check_margin(margin: Decimal, path: str) -> None:
    if not margin.is_finite() or abs(margin) >= MARGIN_LIMIT:
        raise Invalid.field(
            path,
            _("%(margin)s is no margin of a unit; give less than %(limit)s")
            % {"margin": margin, "limit": MARGIN_LIMIT},
        )
    if margin != round(margin, _DIGITS):
        raise Invalid.field(
            path,
            _("%(margin)s has too many decimal places; at most %(digits)s are kept")
            % {"margin": margin, "digits": _DIGITS},
        )
