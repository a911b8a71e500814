"""Points as money: what they are worth, how many pay a sum, how many may be spent on one."""

from decimal import Decimal

from forecourt.kernel.money import ZERO, whole
from forecourt.kernel.words import say as _
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


def spendable_points(available: int, due_amount: Decimal | None, programme: Programme, *, digits: int = 2) -> int:
    """The most points that may be spent on a sum: at least the programme's minimum, in its steps, or none at all.

    They are never worth more than the sum (None: on any sum), and none is taken that pays nothing.
    """
    value = programme.point_value.scaleb(digits)
    if available <= 0 or (due_amount is not None and due_amount <= ZERO) or value <= ZERO:
        return 0
    step, least = _step_and_least(programme)
    most = available
    if due_amount is not None:
        most = min(available, _up(Decimal(whole(due_amount.scaleb(digits)) + 1), value) - 1)
    most = most // step * step
    paid = worth(most, programme, digits=digits)
    if paid <= ZERO or most < least:
        return 0
    fewest = -(-points_for(paid, programme, digits=digits) // step) * step
    return max(fewest, least)


def misfit(points: int, programme: Programme) -> str:
    """Why so many points are not spent at once: below the programme's minimum, or not in its steps; "" where they are."""
    step, least = _step_and_least(programme)
    figures = {"points": points, "least": least, "step": step}
    if points < least:
        return _("%(points)s points are fewer than can be spent at once; spend %(least)s or more") % figures
    if points % step:
        lower = points // step * step
        return _("%(points)s points are not in steps of %(step)s; spend %(lower)s or %(upper)s") % (
            figures | {"lower": lower, "upper": lower + step}
        )
    return ""


def _step_and_least(programme: Programme) -> tuple[int, int]:
    """In what steps points are spent, and the fewest at once: a step at least."""
    step = max(1, programme.spend_step)
    return step, max(step, -(-programme.spend_minimum // step) * step)


def _up(amount: Decimal, each: Decimal) -> int:
    """How many of `each` it takes to reach an amount; both are positive."""
    count = int(amount / each)
    while count * each < amount:
        count += 1
    while count > 0 and (count - 1) * each >= amount:
        count -= 1
    return count
