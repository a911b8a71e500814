"""What is left of a sale after its refunds, and what one more refund takes."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from forecourt.kernel.money import QUANTITY_DIGITS, rounded
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.offers.rules.speaking import plain
from forecourt.sales.rules.checking import LARGEST_QUANTITY, figure
from forecourt.sales.values import RatedLine, RefundLine


class Remaining:
    """What is left of a sale after its refunds so far, line by line, and what one more refund takes."""

    def __init__(self, lines: Sequence[RatedLine], refunded: Sequence[Sequence[RatedLine]]) -> None:
        self._sold = {line.number: line for line in lines}
        self._left = {line.number: [line.quantity, line.amount, line.discount] for line in lines}
        for refund in refunded:
            for line in refund:
                left = self._left[line.number]
                left[0] += line.quantity
                left[1] += line.amount
                left[2] += line.discount

    def refund(self, wanted: Sequence[RefundLine] | None, digits: int) -> list[RatedLine]:
        """The lines of a refund, negative: all that is left, or so much of the lines named.

        A part of a line takes its share of what is left of the money, so that the parts add up to the whole. Invalid
        when a line is not there, or less of it is left than asked for, or nothing is left at all.
        """
        if wanted is None:
            wanted = [RefundLine(line=number) for number, left in self._left.items() if any(left)]
            if not wanted:
                raise Invalid.field("lines", _("nothing is left of this sale; it has been refunded whole"))
        numbers = [line.line for line in wanted]
        if len(set(numbers)) != len(numbers):
            raise Invalid.field("lines", _("names a line twice; give each line once"))
        return [self._refund_line(line, position, digits) for position, line in enumerate(wanted)]

    def _refund_line(self, wanted: RefundLine, position: int, digits: int) -> RatedLine:
        sold = self._sold.get(wanted.line)
        if sold is None:
            raise Invalid.field(
                f"lines.{position}.line",
                _("%(line)s is not a line of this sale; it has 1 to %(count)s")
                % {"line": wanted.line, "count": len(self._sold)},
            )
        quantity, amount, discount = self._left[wanted.line]
        if not (quantity or amount or discount):
            raise Invalid.field(
                f"lines.{position}.line",
                _("nothing is left of line %(line)s; it has been refunded") % {"line": wanted.line},
            )
        asked = quantity
        if wanted.quantity is not None:
            asked = figure(wanted.quantity, QUANTITY_DIGITS, LARGEST_QUANTITY, position, "quantity")
            if asked == 0 or abs(asked) > abs(quantity) or (asked < 0) != (quantity < 0):
                raise Invalid.field(
                    f"lines.{position}.quantity",
                    _("%(asked)s cannot be taken from the %(left)s that are left")
                    % {"asked": plain(asked), "left": plain(quantity)},
                )
        if asked != quantity:
            amount = rounded(amount * asked / quantity, digits)
            discount = rounded(discount * asked / quantity, digits)
        return RatedLine(
            number=sold.number,
            product=sold.product,
            code=sold.code,
            quantity=-asked,
            unit_price=sold.unit_price,
            amount=-amount,
            discount=-discount,
        )

    def parts(self, refund: Sequence[RatedLine]) -> dict[int, Decimal]:
        """How much of what was left of each line a refund takes, by its number; 1 is all of it."""
        found = {}
        for line in refund:
            quantity = self._left[line.number][0]
            found[line.number] = -line.quantity / quantity if quantity else Decimal(1)
        return found

    def after(self, refund: Sequence[RatedLine]) -> list[RatedLine]:
        """The lines that are left once this refund is taken too, as a basket to rate."""
        rest = {number: list(left) for number, left in self._left.items()}
        for line in refund:
            rest[line.number][0] += line.quantity
            rest[line.number][1] += line.amount
            rest[line.number][2] += line.discount
        return [
            replace(line, quantity=rest[number][0], amount=rest[number][1], discount=rest[number][2])
            for number, line in self._sold.items()
            if any(rest[number])
        ]
