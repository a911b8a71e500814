"""Which days' gifts are due today."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from forecourt.customers.rules import birthdays_on
from forecourt.occasions.values import GiftRules

LATE_DAYS: Final = 7
"""A gift that was not given in time (the machine stood still) is given up to so many days later."""


class Target(NamedTuple):
    """A day whose gifts are due: `keys` are the birthdays kept on it, as month * 100 + day."""

    day: date
    keys: Sequence[int]


def targets(rules: GiftRules, today: date) -> list[Target]:
    """The days whose gifts are due today, those that are late included, the latest first."""
    latest = today + timedelta(days=rules.days_before)
    days = [latest - timedelta(days=late) for late in range(LATE_DAYS + 1)]
    return [Target(day, birthdays_on(day)) for day in days]


def last_day(rules: GiftRules, day: date, today: date) -> date:
    """The last day of a gift's coupon. One given late is good for as long as one given in time."""
    late = today - (day - timedelta(days=rules.days_before))
    return day + timedelta(days=rules.days_after) + late
