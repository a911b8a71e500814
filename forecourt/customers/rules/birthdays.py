"""Birthdays without years: month and day in one number, month * 100 + day."""

import re
from datetime import date
from typing import Final

from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _

LEAP_DAY: Final = 229
_BIRTHDAY: Final = re.compile(r"(?:([0-9]{4})-)?([0-9]{1,2})-([0-9]{1,2})")
_LEAP_YEAR: Final = 2000


def birthday_of(text: str, path: str = "birthday") -> int:
    """The birthday in "03-05" or "1990-03-05", whose year is dropped; Invalid when there is no such day."""
    plain = text.strip()
    found = _BIRTHDAY.fullmatch(plain) if plain.isascii() else None
    if found:
        year, month, day = found.groups()
        try:
            date(int(year or _LEAP_YEAR), int(month), int(day))
        except ValueError:
            found = None
        else:
            return int(month) * 100 + int(day)
    raise Invalid.field(
        path, _("%(text)r is no day; give month and day such as 03-05, or year-month-day") % {"text": plain[:20]}
    )


def birthday_text(birthday: int) -> str:
    """A birthday as the API writes it, "03-05"."""
    return f"{birthday // 100:02}-{birthday % 100:02}"


def birthday_in(birthday: int, year: int) -> date:
    """The day on which a birthday is kept in a year; the 29th of February on the 28th where there is none."""
    month, day = divmod(birthday, 100)
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, day - 1)


def birthdays_on(day: date) -> tuple[int, ...]:
    """The birthdays that are kept on a day: one, or on the 28th of February of a common year two."""
    own = day.month * 100 + day.day
    if own == LEAP_DAY - 1 and birthday_in(LEAP_DAY, day.year) == day:
        return own, LEAP_DAY
    return (own,)
