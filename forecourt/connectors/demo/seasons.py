"""The year of a Chinese retailer: working days, holidays, heat, rain, and what they do to trade."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, exp, pi
from typing import Final

import chinese_calendar

from forecourt.connectors.demo.values import Span, dice

_KNOWN_YEARS: Final = range(2004, max(day.year for day in chinese_calendar.holidays) + 1)
_FIXED: Final = (
    {(1, 1): "New Year's Day"}
    | {(5, d): "Labour Day" for d in (1, 2, 3)}
    | {(10, d): "National Day" for d in range(1, 8)}
)
_TRAVEL: Final = {
    "Spring Festival": (1.10, 1.55),
    "National Day": (1.12, 1.50),
    "Labour Day": (1.10, 1.30),
    "Mid-autumn Festival": (1.05, 1.15),
    "Tomb-sweeping Day": (1.08, 1.25),
    "Dragon Boat Festival": (1.04, 1.15),
    "New Year's Day": (1.02, 1.10),
}
"""By holiday: trade of an ordinary and of a motorway station while people travel, against a plain day."""


def is_working_day(day: date) -> bool:
    """Whether offices work: by the State Council's calendar where it is published, else Monday to Friday."""
    if day.year in _KNOWN_YEARS:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED


def holiday(day: date) -> str:
    """The public holiday a day belongs to, in English as the calendar names it; empty on any other day."""
    if day.year in _KNOWN_YEARS:
        free, name = chinese_calendar.get_holiday_detail(day)
        return str(name) if free and name else ""
    return _FIXED.get((day.month, day.day), "")


@dataclass(frozen=True, slots=True)
class Day:
    """A day as trade sees it. `heat` runs from 0 (cool, January) to 1 (July); `trade` is by character of station."""

    date: date
    offset: int
    working: bool
    holiday: str
    heat: float
    rain: bool
    rained_yesterday: bool
    noise: float
    trade: dict[str, float]


def days(span: Span, seed: int) -> list[Day]:
    """All days of the span with their weather, which lasts: after rain it rains again more often than not."""
    random = dice(seed, "weather")
    result: list[Day] = []
    rain = False
    for offset in range(span.days):
        today = span.day(offset)
        yesterday, chance = rain, _chance_of_rain(today, rain)
        rain = random.random() < chance
        heat = min(1.0, max(0.0, _usual_heat(today) + random.gauss(0, 0.08) - (0.08 if rain else 0)))
        noise = exp(random.gauss(0, 0.06))
        result.append(
            Day(
                date=today,
                offset=offset,
                working=is_working_day(today),
                holiday=holiday(today),
                heat=heat,
                rain=rain,
                rained_yesterday=yesterday,
                noise=noise,
                trade=_trade(today, rain, noise),
            )
        )
    return result


def _usual_heat(day: date) -> float:
    return 0.5 - 0.5 * cos(2 * pi * (day.timetuple().tm_yday - 18) / 365)


def _chance_of_rain(day: date, raining: bool) -> float:
    usual = 0.12 + 0.34 * max(0.0, cos(2 * pi * (day.timetuple().tm_yday - 175) / 365))
    return min(0.8, usual + 0.28) if raining else usual * 0.75


def _trade(day: date, rain: bool, noise: float) -> dict[str, float]:
    """How busy each character of station is, 1 being a plain day."""
    weather = noise * (0.93 if rain else 1.0)
    week = {"urban": 1.0, "suburban": 1.0, "highway": 1.0, "truck": 1.0}
    weekday = day.weekday()
    if not is_working_day(day):
        week = {"urban": 0.97, "suburban": 1.03, "highway": 1.10, "truck": 0.72}
    elif weekday == 4:
        week = {"urban": 1.12, "suburban": 1.10, "highway": 1.15, "truck": 1.04}
    elif weekday == 0:
        week = {"urban": 1.04, "suburban": 1.02, "highway": 1.02, "truck": 1.02}
    ordinary, motorway, heavy = _travel(day)
    return {
        "urban": week["urban"] * ordinary * weather,
        "suburban": week["suburban"] * ordinary * weather,
        "highway": week["highway"] * motorway * weather,
        "truck": week["truck"] * heavy * weather,
    }


def _travel(day: date) -> tuple[float, float, float]:
    """Ordinary, motorway and lorry trade: busy before and at the edges of long holidays, quiet within."""
    today = holiday(day)
    for ahead in range(1, 8):
        coming = holiday(day + timedelta(days=ahead))
        if not today and coming == "Spring Festival":
            return 1.22 - 0.02 * ahead, 1.50 - 0.06 * ahead, max(0.55, 0.5 + 0.07 * ahead)
        if not today and ahead <= 2 and coming in {"National Day", "Labour Day"}:
            return 1.18, 1.35, 1.10
    if not today:
        return 1.0, 1.0, 1.0
    at_the_edge = not (holiday(day - timedelta(days=1)) == today == holiday(day + timedelta(days=1)))
    ordinary, motorway = _TRAVEL.get(today, (1.0, 1.05))
    if today == "Spring Festival" and not at_the_edge:
        return 0.68, 1.35, 0.22
    return (ordinary, motorway, 0.60) if at_the_edge else (0.90, motorway * 0.93, 0.55)
