"""How a budget stands in slots: each has a quota, of which so much is used."""

from decimal import ROUND_DOWN, Decimal
from typing import Final

from forecourt.kernel.money import ZERO

SLOTS: Final = 8
LARGE: Final = Decimal(1000)
"""A budget of less than this stands in one slot."""
_QUANTUM: Final = Decimal("0.0001")
"""What slots are kept to."""

Slots = dict[int, list[Decimal]]
"""The slots of a budget, by their numbers: quota and used."""


def slots_of(limit: Decimal) -> int:
    """In how many slots a budget of that limit stands."""
    return SLOTS if limit >= LARGE else 1


def used_in(slots: Slots) -> Decimal:
    return sum((used for _quota, used in slots.values()), ZERO)


def quota_of(slots: Slots) -> Decimal:
    return sum((quota for quota, _used in slots.values()), ZERO)


def is_outdated(quota: Decimal, used: Decimal, limit: Decimal) -> bool:
    """Whether the quotas of a budget, in all, are not those of its limit; of one that is overspent they are what is used."""
    return quota != limit and abs(quota - max(limit, used)) >= _QUANTUM


def share_out(slots: Slots, used: Decimal, limit: Decimal | None = None) -> None:
    """Spread a budget over as many slots as it needs: what is used in the first, what is left in equal parts, no unit lost."""
    limit = quota_of(slots) if limit is None else limit
    left = limit - used
    numbers = sorted(slots)
    first, parts = numbers[0], numbers[: slots_of(limit)]
    quantum = Decimal(1) if left == left.to_integral_value() else _QUANTUM
    part = (left / len(parts)).quantize(quantum, ROUND_DOWN)
    for number in numbers:
        slots[number] = [part if number in parts else ZERO, ZERO]
    slots[first] = [left - part * (len(parts) - 1) + used, used]
