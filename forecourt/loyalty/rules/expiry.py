"""From when and until when points are good."""

from calendar import monthrange
from datetime import date, timedelta

from forecourt.loyalty.values import Expiry, Programme


def expiry_of(earned_on: date, life_months: int) -> date | None:
    """The last day on which points are still good: the end of the month so many months on; None when they live for ever."""
    if life_months == 0:
        return None
    months = earned_on.year * 12 + earned_on.month - 1 + life_months
    year, month = divmod(months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def last_day(earned_on: date, programme: Programme) -> date | None:
    """The last day of points earned on a day; None when they live for ever, or as long as the member comes (ACTIVITY).

    CALENDAR: the end of the year in which the month lies that is so many months on.
    """
    if programme.expiry is Expiry.ACTIVITY:
        return None
    last = expiry_of(earned_on, programme.points_life_months)
    if last is not None and programme.expiry is Expiry.CALENDAR:
        return date(last.year, 12, 31)
    return last


def available_from(earned_on: date, programme: Programme) -> date | None:
    """The day from which points of a purchase can be spent; None for at once."""
    return earned_on + timedelta(days=programme.pending_days) if programme.pending_days else None


def inactive_since(day: date, months: int) -> date:
    """The day before which a member must have come last for points to be past their last day on `day` (ACTIVITY)."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
