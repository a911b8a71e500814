"""From when and until when points are good."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import NamedTuple

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

    CALENDAR: the end of the programme's year in which the month's end lies that is so many months on.
    """
    if programme.expiry is Expiry.ACTIVITY:
        return None
    last = expiry_of(earned_on, programme.points_life_months)
    if last is not None and programme.expiry is Expiry.CALENDAR:
        return year_end(last, programme)
    return last


def year_end(day: date, programme: Programme) -> date:
    """The last day of the programme's year in which a day lies. 29 to 31 are the month's last where it has no such day."""
    month, last = map(int, programme.year_ends.split("-"))
    ends = [date(year, month, min(last, monthrange(year, month)[1])) for year in (day.year, day.year + 1)]
    return ends[0] if day <= ends[0] else ends[1]


class Ending(NamedTuple):
    """Points earned from a moment on until another, while they lived with visits, that are good until a day since then."""

    starts: datetime
    ends: datetime
    last_day: date


def endings(versions: Sequence[tuple[datetime, Programme]], zone: tzinfo) -> tuple[Ending, ...]:
    """What became of points without a day of their own when a version that gives days took the place of one that gives
    none (ACTIVITY): they live as if they had been earned on the day when it did, whatever comes later.

    `versions` by their beginnings. Nothing for those that a version lets live for ever.
    """
    found = []
    since: datetime | None = None
    for (begins, programme), (until, following) in pairwise(versions):
        if programme.expiry is not Expiry.ACTIVITY:
            continue
        since = since or begins
        if following.expiry is Expiry.ACTIVITY:
            continue
        last = last_day(until.astimezone(zone).date(), following)
        if last is not None and since < until:
            found.append(Ending(since, until, last))
        since = None
    return tuple(found)


def available_from(earned_on: date, programme: Programme) -> date | None:
    """The day from which points of a purchase can be spent; None for at once."""
    return earned_on + timedelta(days=programme.pending_days) if programme.pending_days else None


def inactive_since(day: date, months: int) -> date:
    """The day before which a member must have come last for points to be past their last day on `day` (ACTIVITY)."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
