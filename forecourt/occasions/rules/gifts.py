"""Which days' gifts are due today, and by which rules."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from forecourt.customers.rules import birthdays_on
from forecourt.occasions.values import GiftRules, HeldRules

LATE_DAYS: Final = 7
"""A gift that was not given in time (the machine stood still) is given up to so many days later."""


class Target(NamedTuple):
    """A day whose gifts are due: `keys` are the birthdays kept on it, as month * 100 + day."""

    day: date
    keys: tuple[int, ...]


class DueDays(NamedTuple):
    """Days whose gifts are due by one version of the rules, the latest first."""

    held: HeldRules
    targets: tuple[Target, ...]


def asked_days(today: date) -> list[date]:
    """The days whose rules `due_days` asks for: today, those that may be late, and the one before them."""
    return [today - timedelta(days=back) for back in range(LATE_DAYS + 1, -1, -1)]


def due_days(held: Mapping[date, HeldRules | None], today: date) -> list[DueDays]:
    """What is due today by the rules in force on each of `asked_days`, those of today first; late days are included.

    A day's gift is due on the first day on which the rules say so, by these. Where rules began after others, or none, what is
    due with that at once are days that lie ahead, never days that are over: nobody is left out and nobody asked twice.
    Nothing is due where nothing is in force today.
    """
    found: dict[int, tuple[HeldRules, list[Target]]] = {}
    days = asked_days(today)
    if held[today] is None:
        return []
    for before, on in zip(days[-2::-1], days[:0:-1], strict=True):
        now, then = held[on], held[before]
        if now is None:
            continue
        reach = on + timedelta(days=now.rules.days_before)
        asked = before + timedelta(days=then.rules.days_before) if then is not None else before
        newly = (reach - max(on - timedelta(days=1), asked)).days
        ahead = [reach - timedelta(days=count) for count in range(newly)]
        found.setdefault(now.version, (now, []))[1].extend(Target(day, tuple(birthdays_on(day))) for day in ahead)
    return [DueDays(rules, tuple(targets)) for rules, targets in found.values() if targets]


def last_day(rules: GiftRules, day: date, today: date) -> date:
    """The last day of a gift's coupon. One given late is good for as long as one given in time."""
    return day + timedelta(days=rules.days_after) + _late(rules, day, today)


def is_last_try(rules: GiftRules, day: date, today: date) -> bool:
    """Whether a day's gift that is not given today is not due any more tomorrow."""
    return _late(rules, day, today) >= timedelta(days=LATE_DAYS)


def _late(rules: GiftRules, day: date, today: date) -> timedelta:
    return today - (day - timedelta(days=rules.days_before))
