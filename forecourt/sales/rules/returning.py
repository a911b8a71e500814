"""What a refund takes back of what offers gave."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal

from msgspec.structs import replace

from forecourt.kernel.money import QUANTITY_DIGITS, ZERO, rounded
from forecourt.sales.values import Award


def returned(awards: Sequence[Award], parts: Mapping[int, Decimal], rest: Decimal, digits: int) -> list[Award]:
    """The rows that take back what offers gave, negative; of those still there.

    `parts` says how much of each line is refunded, by its number, 1 being all that was left; `rest` is the part of the
    sale's price that stays. Units go back with their line; points in proportion to the price, rounded for the customer's
    good; uses when nothing stays.
    """
    rows = []
    for award in awards:
        part = parts.get(award.line, Decimal(1) - rest if award.line == 0 else ZERO)
        discount = award.discount if part == 1 else rounded(award.discount * part, digits)
        points = award.points - int((award.points * rest).to_integral_value(ROUND_DOWN)) if rest else award.points
        row = replace(
            award,
            discount=-discount,
            quantity=-(award.quantity if part == 1 or not rest else rounded(award.quantity * part, QUANTITY_DIGITS)),
            points=-points,
            uses=0 if rest else -award.uses,
        )
        if row.discount or row.quantity or row.points or row.uses:
            rows.append(row)
    return rows
