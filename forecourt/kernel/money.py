"""Money and quantities. Both are `Decimal`; no float touches either; rounding happens here and nowhere else."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Final

ZERO: Final = Decimal(0)
QUANTITY_DIGITS: Final = 3
"""Litres, kilowatt-hours, kilograms, US gallons and pieces are kept to a thousandth."""

SIGNS: Final = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}

QUANTA: Final = tuple(Decimal(1).scaleb(-digits) for digits in range(10))
"""One unit of the last decimal place, by number of places."""


def sign(currency: str) -> str:
    """The sign of a currency, to be written before an amount; its code and a space where it has none here."""
    return SIGNS.get(currency, f"{currency} ")


def whole_or_cents(figure: str) -> str:
    """A written figure as money is written for people: whole, or with two decimal places at least."""
    whole, point, cents = figure.partition(".")
    return whole + point + (cents.ljust(2, "0") if cents else "")


def rounded(value: Decimal, digits: int) -> Decimal:
    """The one rounding of money and quantities: to `digits` decimal places, halves away from zero.

    Away from zero, so that a refund is the exact mirror of its sale.
    """
    return value.quantize(QUANTA[digits], ROUND_HALF_UP)


def rounded_down(value: Decimal, digits: int) -> Decimal:
    """Towards zero: for a part that must not come to more than its share."""
    return value.quantize(QUANTA[digits], ROUND_DOWN)


def rounded_up(value: Decimal, digits: int) -> Decimal:
    """Away from zero: for what is still wanting, which must not be told as less than it is."""
    return value.quantize(QUANTA[digits], ROUND_UP)


def whole(value: Decimal) -> int:
    """Whole points: towards zero, so that splitting never gains and a refund mirrors its sale."""
    return int(value.to_integral_value(ROUND_DOWN))


def share(total: Decimal, weights: list[Decimal], digits: int) -> list[Decimal]:
    """Split `total` in proportion to `weights` without losing a unit: the parts add up to `rounded(total, digits)`.

    The remainder is handed out one smallest unit at a time, from the largest weight down. Weights must not be
    negative; when all are zero everything falls to the first.
    """
    total = rounded(total, digits)
    if not weights:
        raise ValueError("weights: nothing to share among; give at least one weight")
    whole_weight = ZERO
    for weight in weights:
        if weight < 0:
            raise ValueError("weights: a weight is negative; give weights of zero or more")
        whole_weight += weight
    if not (whole_weight and total):
        return [total, *([rounded(ZERO, digits)] * (len(weights) - 1))]
    quantum = QUANTA[digits]
    if len(weights) == 2:  # the most frequent: the larger has what the smaller leaves
        first, second = weights
        if first < second:
            part = (total * first / whole_weight).quantize(quantum, ROUND_DOWN)
            return [part, total - part]
        part = (total * second / whole_weight).quantize(quantum, ROUND_DOWN)
        return [total - part, part]
    left = total
    parts = []
    for weight in weights:
        part = (total * weight / whole_weight).quantize(quantum, ROUND_DOWN)
        parts.append(part)
        left -= part
    if left:
        unit = quantum if total >= 0 else -quantum
        for position in sorted(range(len(weights)), key=lambda index: (-weights[index], index))[: int(left / unit)]:
            parts[position] += unit
    return parts
