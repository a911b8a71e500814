"""Fuel prices as they move in China: reviewed every ten working days, changed at midnight, all grades together."""

from bisect import bisect_right
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from forecourt.connectors.demo.seasons import is_working_day
from forecourt.connectors.demo.values import CHINA, Span, dice

PETROL_92: Final = "92"
PETROL_95: Final = "95"
PETROL_98: Final = "98"
DIESEL_0: Final = "0"
CHARGE: Final = "KWH"
LIQUID: Final = (PETROL_92, PETROL_95, PETROL_98, DIESEL_0)

_ANCHOR: Final = date(2025, 1, 2)
"""A day on which prices were reviewed, from which the windows are counted both ways."""
_WORKING_DAYS: Final = 10
_LOWEST, _HIGHEST, _USUAL = 715, 812, 762
_LEAST_STEP: Final = 4
"""Fen a litre of 92#; below it the commission lets a window pass (50 yuan a tonne)."""
CHARGE_FEN: Final = 138


class FuelPrices:
    """Prices in fen a litre by day, and the moment of each change; `coming` is the one announced for after the span."""

    def __init__(self, span: Span, seed: int) -> None:
        windows = review_days(span.first - timedelta(days=1), span.until.date() + timedelta(days=45))
        random = dice(seed, "fuel prices")
        level = random.randint(735, 785)
        self.changes: list[tuple[datetime, dict[str, int]]] = [(span.moment(0), by_grade(level))]
        self.coming: tuple[datetime, dict[str, int]] | None = None
        for window in windows:
            moment = datetime(window.year, window.month, window.day, tzinfo=CHINA) + timedelta(days=1)
            if moment <= self.changes[0][0]:
                continue
            level, stepped = _next_level(level, random)
            if moment > span.until:
                self.coming = (moment, by_grade(level if stepped else level + 9))
                break
            if stepped:
                self.changes.append((moment, by_grade(level)))
        self._days = [(moment.date() - span.first).days for moment, _ in self.changes]
        self.rises_after = {
            (moment.date() - span.first).days - 1: after["92"] - before["92"]
            for (_, before), (moment, after) in zip(self.changes, self.changes[1:], strict=False)
        }
        """Fen a litre by which 92# rises (or falls, below zero) at the end of a day."""

    def on(self, offset: int) -> dict[str, int]:
        """Fen a litre by grade on a day; changes come at midnight, so a day has one price."""
        return self.changes[bisect_right(self._days, offset) - 1][1]


def by_grade(level: int) -> dict[str, int]:
    """Fen a unit of every grade when 92# stands at `level` fen a litre."""
    return {
        PETROL_92: level,
        PETROL_95: round(level * 1.0826),
        PETROL_98: round(level * 1.0826) + 142,
        DIESEL_0: round(level * 0.957) - 6,
        CHARGE: CHARGE_FEN,
    }


def review_days(first: date, last: date) -> list[date]:
    """The days on which the national price is reviewed, every ten working days, from `first` to `last`."""
    day = _ANCHOR
    while day > first:
        day = _working_days_on(day, -1)
    found = []
    while day <= last:
        if day >= first:
            found.append(day)
        day = _working_days_on(day, 1)
    return found


def _working_days_on(day: date, step: int) -> date:
    left = _WORKING_DAYS
    while left:
        day += timedelta(days=step)
        left -= is_working_day(day)
    return day


def _next_level(level: int, random: Random) -> tuple[int, bool]:
    """The next level of 92#, drawn towards the usual one, and whether the window brings a change at all."""
    step = round(random.gauss(0, 11) + (_USUAL - level) * 0.12)
    moved = min(_HIGHEST, max(_LOWEST, level + step))
    return (moved, True) if abs(moved - level) >= _LEAST_STEP else (level, False)
