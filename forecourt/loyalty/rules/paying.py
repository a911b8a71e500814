"""Points as money: what they are worth, how many pay a sum, how many may be spent on one."""

from decimal import Decimal

from forecourt.kernel.money import ZERO, whole
from forecourt.loyalty.values import Programme


def worth(points: int, programme: Programme, *, digits: int = 2) -> Decimal:
    """What so many points pay, to the currency's digits; rounded down, so that paying in parts never gains."""
    return Decimal(whole((points * programme.point_value).scaleb(digits))).scaleb(-digits)


def points_for(amount: Decimal, programme: Programme, *, digits: int = 2) -> int:
    """The fewest points that are worth an amount; none for nothing. ValueError where points pay nothing."""
    if amount <= ZERO:
        return 0
    if programme.point_value <= ZERO:
        raise ValueError("point_value: a point pays nothing; publish a programme in which it does")
    return _up(amount.scaleb(digits), programme.point_value.scaleb(digits))


def spendable_points(available: int, due_amount: Decimal, programme: Programme, *, digits: int = 2) -> int:
    """The most points that may be spent on a sum: at least the programme's minimum, in its steps, or none at all.

    They are never worth more than the sum, and none is taken that pays nothing.
    """
    value = programme.point_value.scaleb(digits)
    if available <= 0 or due_amount <= ZERO or value <= ZERO:
        return 0
    step = max(1, programme.spend_step)
    fitting = _up(Decimal(whole(due_amount.scaleb(digits)) + 1), value) - 1
    most = min(available, fitting) // step * step
    least = -(-programme.spend_minimum // step) * step
    paid = worth(most, programme, digits=digits)
    if paid <= ZERO or most < least:
        return 0
    fewest = -(-points_for(paid, programme, digits=digits) // step) * step
    return max(fewest, least)


def _up(amount: Decimal, each: Decimal) -> int:
    """How many of `each` it takes to reach an amount; both are positive."""
    count = int(amount / each)
    while count * each < amount:
        count += 1
    while count > 0 and (count - 1) * each >= amount:
        count -= 1
    return count
