"""What is left of rewards, and how it came to that."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from forecourt.coupons import queries as coupons
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.organisation import queries as organisation
from forecourt.rewards import permissions
from forecourt.rewards.rules import is_coupon
from forecourt.rewards.values import KnownReward, Movement, StockKind, StockLine, StockMovement

LEFT: Final = """
SELECT reward_id, station_id, pieces FROM rewards_stock
WHERE reward_id = ANY(%(reward_ids)s::bigint[]) AND station_id = ANY(%(station_ids)s::bigint[])
"""
STOCKS: Final = """
SELECT stock.station_id, coalesce(station.code, ''), stock.pieces
FROM rewards_stock AS stock
LEFT JOIN organisation_station AS station ON station.id = stock.station_id
WHERE stock.reward_id = %(reward_id)s
  AND (%(stations)s::bigint[] IS NULL OR stock.station_id = 0 OR stock.station_id = ANY(%(stations)s::bigint[]))
ORDER BY coalesce(station.code, '')
"""
MOVEMENTS: Final = """
SELECT id, station_id, kind, change, pieces, at, by, reason, redemption_id
FROM rewards_movement
WHERE reward_id = %(reward_id)s AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
  AND (%(stations)s::bigint[] IS NULL OR station_id = 0 OR station_id = ANY(%(stations)s::bigint[]))
ORDER BY id DESC
LIMIT %(limit)s
"""


def left(known: Sequence[KnownReward], station_id: int) -> dict[int, int | None]:
    """What can be had of rewards at a station (0: none named), by the reward's id; None where any number.

    Of those that are a coupon no more than can be issued. One statement, two where there are such.
    """
    counted = [one.id for one in known if one.reward.stock is not StockKind.ANY]
    found = sql.rows(LEFT, {"reward_ids": sql.array(counted), "station_ids": sql.array({0, station_id})})
    pieces = {(row[0], row[1]): row[2] for row in found}
    templates = {one.reward.template for one in known if is_coupon(one.reward)}
    room = coupons.room(templates, organisation.company_day()) if templates else {}
    return {one.id: _less(_left(one, station_id, pieces), room.get(one.reward.template)) for one in known}


def _less(one: int | None, other: int | None) -> int | None:
    """The smaller of two numbers of pieces; None is any number."""
    return other if one is None else one if other is None else min(one, other)


def _left(one: KnownReward, station_id: int, pieces: dict[tuple[int, int], int]) -> int | None:
    match one.reward.stock:
        case StockKind.ANY:
            return None
        case StockKind.COMMON:
            return pieces.get((one.id, 0), 0)
        case StockKind.STATIONS:
            return pieces.get((one.id, station_id), 0) if station_id else None


def stocks(actor: Actor, known: KnownReward) -> list[StockLine]:
    """The stocks of a reward: the common one and those of the stations in scope, by the station's code."""
    actor.require(permissions.VIEW_REWARDS)
    found = sql.rows(STOCKS, {"reward_id": known.id, "stations": _scope(actor)})
    return [
        StockLine(station_id=row[0], station=row[1], left=row[2])
        for row in found
        if (row[0] == 0) == (known.reward.stock is StockKind.COMMON) or row[2]
    ]


def movements(actor: Actor, known: KnownReward, before: UUID | None = None, limit: int = 50) -> list[StockMovement]:
    """A page of the movements of a reward's stocks, the latest first; `before` is the last one seen."""
    actor.require(permissions.VIEW_REWARDS)
    found = sql.rows(MOVEMENTS, {"reward_id": known.id, "before": before, "stations": _scope(actor), "limit": limit})
    return [
        StockMovement(
            id=row[0],
            station_id=row[1],
            kind=Movement(row[2]),
            change=row[3],
            left=row[4],
            at=row[5],
            by=row[6],
            reason=row[7],
            redemption_id=row[8],
        )
        for row in found
    ]


def station_codes(station_ids: Sequence[int]) -> dict[int, str]:
    """Codes of stations by id; "" for 0, the common stock."""
    return {0: "", **{facts.id: facts.code for facts in organisation.stations_by_id(station_ids).values()}}


def _scope(actor: Actor) -> str | None:
    return None if actor.stations is None else sql.array(sorted(actor.stations))
