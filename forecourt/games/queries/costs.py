"""What prizes cost, and whom."""

from datetime import date, datetime, time, timedelta
from typing import Final

from forecourt import games
from forecourt.games.values import PrizeCost
from forecourt.kernel import sql
from forecourt.organisation import queries as organisation

COSTS: Final = sql.load(games.__file__, "costs")


def costs_by_day(since: date, until: date) -> list[PrizeCost]:
    """What prizes of these days (the company's, both included) cost, the first day first. One statement for any span.

    Points and coupons cost on the day they are given, goods on the day they are handed over.
    """
    zone = organisation.company_zone()
    span = {
        "zone": zone.key,
        "begin": datetime.combine(since, time(0), tzinfo=zone),
        "end": datetime.combine(until + timedelta(days=1), time(0), tzinfo=zone),
    }
    return [
        PrizeCost(
            day=day,
            game=game,
            game_name=game_name,
            prize=prize,
            prize_name=name,
            funder=funder,
            prizes=prizes,
            cost=cost,
        )
        for day, game, game_name, prize, name, funder, prizes, cost in sql.rows(COSTS, span)
    ]
