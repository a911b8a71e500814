"""How near a sale came to an offer that it missed, told by what a receipt keeps of it: the smallest shortfalls first."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from forecourt.kernel.money import ZERO

Nearness = tuple[int, Decimal]
"""Less is nearer. What can be done about it comes first, then by how much it was missed in the measure of its rank."""

_HELD: Final = 0
_MORE: Final = 1
_OTHERWISE: Final = 2
_ANOTHER_TIME: Final = 3
_ANOTHER_VISIT: Final = 4
_FAR: Final = 5
_RANKS: Final = {
    "budget": _HELD,
    "final": _HELD,
    "over": _HELD,
    "bought": _MORE,
    "volume": _MORE,
    "quantity": _MORE,
    "amount": _MORE,
    "short": _MORE,
    "tender": _OTHERWISE,
    "coupon": _OTHERWISE,
    "hours": _ANOTHER_TIME,
    "weekdays": _ANOTHER_TIME,
    "dates": _ANOTHER_TIME,
    "month_days": _ANOTHER_TIME,
    "visit": _ANOTHER_VISIT,
    "tier": _ANOTHER_VISIT,
}
_DAY: Final = 24 * 60
_NEVER_AGAIN: Final = Decimal("Infinity")
_WHOLE: Final = Decimal(1)


def nearness(condition: str, values: Mapping[str, str]) -> Nearness:
    """How near it was. First what held but for something that nobody can change at the pump; then what wants more of
    something, by the part of it that is missing; paying otherwise; another time, by the minutes that it was missed;
    another visit, by how many more; all else.
    """
    rank = _RANKS.get(condition, _FAR)
    if rank == _MORE:
        return _more(values)
    if rank == _ANOTHER_TIME:
        return rank, _minutes(values)
    if rank == _ANOTHER_VISIT:
        return rank, Decimal(values["more"]) if "more" in values else _NEVER_AGAIN
    return rank, ZERO


def _more(values: Mapping[str, str]) -> Nearness:
    """The part that is missing of what is asked; all of it where that is not told. Too much is no want of more."""
    if "most" in values:
        return _FAR, ZERO
    if "more" not in values or "least" not in values:
        return _MORE, _WHOLE
    return _MORE, Decimal(values["more"]) / Decimal(values["least"])


def _minutes(values: Mapping[str, str]) -> Decimal:
    """By how much the time was missed, before it or after."""
    if "days" in values:
        return Decimal(values["days"]) * _DAY
    return Decimal(values["minutes"]) if "minutes" in values else _NEVER_AGAIN
