"""Time: instants in UTC, trading days in the station's own zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["UTC", "as_of", "month_of", "next_month", "now", "trading_day", "zone"]

_moved: ContextVar[datetime | None] = ContextVar("moved", default=None)


def now() -> datetime:
    """The present instant, in UTC."""
    return _moved.get() or datetime.now(UTC)


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Have what is done within happen at that instant, which bears a zone, for this thread or task alone.

    For history that is told by the ordinary commands. Give rising instants: the day's close and the review of tiers
    take what was recorded up to theirs, and never what is told late.
    """
    token = _moved.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moved.reset(token)


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name; ZoneInfoNotFoundError when there is none."""
    return ZoneInfo(name)


def trading_day(occurred_at: datetime, zone_name: str, rolls_at: time) -> date:
    """The business date an instant belongs to.

    A trading day begins at `rolls_at` on the station's clock, not at midnight: with a roll at 06:00 a sale at 05:59
    belongs to the day before. `occurred_at` must bear a zone.
    """
    local = occurred_at.astimezone(zone(zone_name))
    day = local.date()
    return day - timedelta(days=1) if local.time() < rolls_at else day


def month_of(day: date) -> date:
    """The first day of that day's month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after that day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
