"""What the home page shows, within the actor's stations."""

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts

FIGURES: Final = sql.load(__file__, "dashboard_figures")
VOLUME: Final = sql.load(__file__, "volume_by_grade")
BY_HOUR: Final = sql.load(__file__, "by_hour")
NEW_AND_LOST: Final = sql.load(__file__, "new_and_lost")

_NEW: Final = """
SELECT count(*) FILTER (WHERE joined_at >= %(start)s AND joined_at < %(end)s),
       count(*) FILTER (WHERE joined_at >= %(start)s - interval '7 days' AND joined_at < %(end)s - interval '7 days')
FROM customers_customer
WHERE joined_at >= %(start)s - interval '7 days' AND joined_at < %(end)s AND merged_into_id IS NULL
    AND (%(all)s OR joined_station_id = ANY(%(stations)s))
"""
_REPAIRS: Final = """
SELECT station_id, count(*) AS count, min(opened_at) AS oldest
FROM sales_repair WHERE closed_at IS NULL AND station_id = ANY(%(stations)s) GROUP BY station_id ORDER BY count(*) DESC
"""
_CHANGES: Final = """
SELECT count(*) AS count, min(effective_from) AS first FROM catalogue_price
WHERE effective_from > %(now)s AND withdrawn_at IS NULL AND (%(all)s OR station_id IS NULL OR station_id = ANY(%(stations)s))
"""
_READERS: Final = "SELECT reader, failures, failed_at FROM kernel_cursor WHERE failures > 0 ORDER BY reader"
_LOCKED: Final = "SELECT count(*) FROM organisation_staff WHERE locked_until > %(now)s AND is_active"
COLUMNS: Final = ("volume", "fuel", "shop", "sales", "member_sales", "net")

VIEWS: Final = {"today": (0, 7), "yesterday": (1, 8), "week": (7, 14)}
"""For each choice of day: how many days back it lies, and how many the day it is compared with."""


class Now:
    """Each station's trading day at this instant, and how far into it we are."""

    def __init__(self, stations: Sequence[StationFacts]) -> None:
        self.at = clock.now()
        self.stations = [station.id for station in stations]
        self.todays = [clock.trading_day(self.at, station.zone, station.day_rolls_at) for station in stations]
        self.rolls = [station.day_rolls_at.hour for station in stations]
        self.minutes = []
        for station in stations:
            local = self.at.astimezone(clock.zone(station.zone))
            self.minutes.append(((local.hour - station.day_rolls_at.hour) % 24) * 60 + local.minute)
        zone = organisation.company().zone
        self.today: date = max(self.todays, default=self.at.astimezone(clock.zone(zone)).date())

    def midnight(self, back: int) -> datetime:
        """The beginning of the company's day so many days ago."""
        zone = organisation.company_zone()
        local = self.at.astimezone(zone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=back)


def figures(actor: Actor, now: Now, view: str) -> dict[str, Any]:
    """The row of figures for one view of VIEWS, and the league of stations: {"now", "then", "league"}."""
    first, second = VIEWS[view]
    found = sql.dicts(
        FIGURES,
        {
            "stations": now.stations,
            "todays": now.todays,
            "rolls": now.rolls,
            "minutes": now.minutes,
            "first": first,
            "second": second,
            "whole": view != "today",
            "days": sorted({today - timedelta(days=back) for today in now.todays for back in (first, second)}),
        },
    )
    totals = {back: dict.fromkeys(COLUMNS, Decimal(0)) for back in (first, second)}
    by_station: dict[int, dict[int, dict[str, Any]]] = {first: {}, second: {}}
    for row in found:
        figures_of_station = {column: row[column] or Decimal(0) for column in COLUMNS}
        by_station[row["back"]][row["station_id"]] = _with_share(figures_of_station)
        for column in COLUMNS:
            totals[row["back"]][column] += figures_of_station[column]
    league = [
        {"station_id": station, "now": row, "then": by_station[second].get(station)}
        for station, row in sorted(by_station[first].items(), key=lambda pair: -pair[1]["net"])
    ]
    result = {"now": _with_share(totals[first]), "then": _with_share(totals[second]), "league": league}
    start = now.midnight(first)
    end = now.at if view == "today" else start + timedelta(days=1)
    scope = {"all": actor.stations is None, "stations": now.stations}
    result["now"]["joined"], result["then"]["joined"] = sql.rows(_NEW, {"start": start, "end": end, **scope})[0]
    return result


def _with_share(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "share": row["member_sales"] * 100 / row["sales"] if row["sales"] else None}


_charts: dict[tuple[Any, ...], tuple[float, list[dict[str, Any]]]] = {}
_KEPT_SECONDS: Final = 60.0


def volume_by_grade(now: Now, period: str) -> list[dict[str, Any]]:
    """Volume by grade over 14 days, or over 12 weeks or months, which may be a minute old, up to today."""
    if period == "day":
        return _volume(now, period)
    key, moment = (period, now.today, *sorted(now.stations)), time.monotonic()
    kept = _charts.get(key)
    if kept is None or moment - kept[0] > _KEPT_SECONDS:
        for old in [one for one, (at, _rows) in list(_charts.items()) if moment - at > _KEPT_SECONDS]:
            _charts.pop(old, None)
        kept = _charts[key] = (moment, _volume(now, period))
    return kept[1]


def _volume(now: Now, period: str) -> list[dict[str, Any]]:
    since = {
        "day": now.today - timedelta(days=13),
        "week": now.today - timedelta(days=now.today.weekday() + 77),
        "month": (now.today.replace(day=1) - timedelta(days=330)).replace(day=1),
    }[period]
    return sql.dicts(VOLUME, {"period": period, "stations": now.stations, "since": since, "until": now.today})


def by_hour(now: Now, view: str) -> list[dict[str, Any]]:
    """Net sales by hour of the viewed day, beside the usual."""
    day = now.today - timedelta(days=VIEWS[view][0])
    before = [day - timedelta(days=7 * weeks) for weeks in range(1, 5)]
    return sql.dicts(BY_HOUR, {"day": day, "before": before, "stations": now.stations})


def new_and_lost(actor: Actor, now: Now) -> list[dict[str, Any]]:
    """Members won and lost by week, the last twelve."""
    monday = now.midnight(0) - timedelta(days=now.today.weekday())
    return sql.dicts(
        NEW_AND_LOST,
        {
            "zone": organisation.company().zone,
            "since": monday - timedelta(weeks=11),
            "until": now.at,
            "all": actor.stations is None,
            "stations": now.stations,
        },
    )


def waiting(actor: Actor, now: Now) -> dict[str, Any]:
    """What needs somebody: open repairs by station, announced prices, readers that fail, locked accounts."""
    count, first = sql.rows(_CHANGES, {"now": now.at, "all": actor.stations is None, "stations": now.stations})[0]
    return {
        "repairs": sql.dicts(_REPAIRS, {"stations": now.stations}),
        "changes": {"count": count, "first": first},
        "readers": sql.dicts(_READERS),
        "locked": sql.rows(_LOCKED, {"now": now.at})[0][0],
    }


_STARTED: Final = """
SELECT EXISTS (SELECT FROM organisation_station) AS stations,
       EXISTS (SELECT FROM catalogue_price WHERE withdrawn_at IS NULL) AS prices,
       EXISTS (SELECT FROM loyalty_rulebook) AS programme,
       EXISTS (SELECT FROM organisation_apikey WHERE revoked_at IS NULL) AS keys,
       EXISTS (SELECT FROM sales_claim) AS sales
"""


def started() -> dict[str, bool]:
    """What a new installation has already, by step."""
    return sql.dicts(_STARTED)[0]
