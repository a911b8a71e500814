"""What a refund takes back of what offers gave, and how it gives back what was paid."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from typing import NamedTuple

from msgspec.structs import replace

from forecourt.kernel.money import QUANTITY_DIGITS, ZERO, rounded, rounded_down, share
from forecourt.sales.values import Award


def returned(awards: Sequence[Award], parts: Mapping[int, Decimal], stays: Decimal, digits: int) -> list[Award]:
    """The rows that take back what offers gave, negative; of those still there, while something of the sale stays.

    `parts` says how much of each line is refunded, by its number, 1 being all that was left; `stays` is the part of the
    price left so far that stays. A line's money goes back with the line, shared among its offers and payers to the cent;
    units go back with their line, points with the price; uses and gifts stay until nothing else does (`returned_whole`).
    """
    stays = min(max(stays, ZERO), Decimal(1))
    money = _money_back(awards, parts, digits)
    rows = []
    for award, discount in zip(awards, money, strict=True):
        part = parts.get(award.line, Decimal(1) - stays if award.line == 0 else ZERO)
        row = replace(
            award,
            discount=-discount,
            quantity=-(award.quantity if part == 1 else rounded(award.quantity * part, QUANTITY_DIGITS)),
            points=int((award.points * stays).to_integral_value(ROUND_DOWN)) - award.points,
            uses=0,
            gifts=ZERO,
        )
        rows.append(row)
    return _that_say_something(rows)


def returned_whole(awards: Sequence[Award]) -> list[Award]:
    """The rows that take back all that is still there of what offers gave, when nothing of the sale stays."""
    return _that_say_something(
        [
            replace(
                award,
                discount=-award.discount,
                quantity=-award.quantity,
                points=-award.points,
                uses=-award.uses,
                gifts=-award.gifts,
            )
            for award in awards
        ]
    )


def _that_say_something(rows: Sequence[Award]) -> list[Award]:
    return [row for row in rows if row.discount or row.quantity or row.points or row.uses or row.gifts]


def _money_back(awards: Sequence[Award], parts: Mapping[int, Decimal], digits: int) -> list[Decimal]:
    """The money of each award that goes back. A line's is rounded once, in sum: never more than the line's own discount."""
    back = [ZERO] * len(awards)
    for line, part in parts.items():
        here = [position for position, award in enumerate(awards) if award.line == line]
        if not here:
            continue
        held = [awards[position].discount for position in here]
        shares = held if part == 1 else share(sum(held, ZERO) * part, held, digits)
        for position, money in zip(here, shares, strict=True):
            back[position] = money
    return back


class Paid(NamedTuple):
    """How a sale, or a part of it, was paid: so many points, what the till took them for, and the rest in money."""

    points: int
    worth: Decimal
    money: Decimal


def paid_back(sold: Paid, points_left: int, price: Decimal, stayed: Decimal, stays: Decimal, digits: int) -> Paid:
    """What a refund gives back of what a sale of that price was paid with, `points_left` of which are still to be had.

    `stayed` is what was left of the price before the refund, `stays` what is after it. That part keeps its share of the
    points, up to a whole one, and of the money, down to a unit: together exactly what stays, where a point is worth a
    unit of the currency. What is kept hangs on what stays alone, so refunds in parts add up to the whole. Money is below
    nothing where the buyer is to pay: things that they had brought back with the sale are theirs again.
    """
    points = max(0, points_left - _points_kept(sold, price, stays))
    worth = _worth_of(sold, points_left, digits) - _worth_of(sold, points_left - points, digits)
    money = _money_kept(sold, points_left, price, stayed, digits) - _money_kept(
        sold, points_left - points, price, stays, digits
    )
    return Paid(points, worth, money)


def _points_kept(sold: Paid, price: Decimal, left: Decimal) -> int:
    return int(_share_of(Decimal(sold.points), left, price).to_integral_value(ROUND_CEILING))


def _worth_of(sold: Paid, points: int, digits: int) -> Decimal:
    return rounded(sold.worth * points / sold.points, digits) if points else ZERO


def _money_kept(sold: Paid, points_left: int, price: Decimal, left: Decimal, digits: int) -> Decimal:
    """The money in what is left of a price. Where things brought back were part of the sale, refunds in parts can leave more
    than it cost, or less than nothing: that is money, and so is what points had paid of it that went back meanwhile.
    """
    within = min(max(left, ZERO), max(price, ZERO))
    due = _points_kept(sold, price, left)
    missing = _worth_of(sold, due, digits) - _worth_of(sold, min(due, points_left), digits)
    return rounded_down(_share_of(sold.money, left, price), digits) + left - within + missing


def _share_of(total: Decimal, left: Decimal, price: Decimal) -> Decimal:
    """So much of a total as is left of a price. Multiplied first: what comes out even must not lose its last digit."""
    if price <= 0:
        return ZERO
    return total * min(max(left, ZERO), price) / price
