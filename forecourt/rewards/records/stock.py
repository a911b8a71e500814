"""Pieces that come and go. A stock is its row's figure; every change of it is a movement beside it, in one transaction.

A row is locked from the change to the commit, so commands change stock last: at a rush on one reward its tills queue
for that moment only. A station's own stock has a row of its own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from forecourt.kernel import ids, sql
from forecourt.rewards.values import Movement, StockMovement

COLUMNS: Final = ("id", "reward_id", "station_id", "kind", "change", "pieces", "at", "by", "reason", "redemption_id")
TAKE: Final = """
UPDATE rewards_stock SET pieces = pieces - 1
WHERE reward_id = %(reward_id)s AND station_id = %(station_id)s AND pieces > 0
RETURNING pieces
"""
PUT_BACK: Final = """
UPDATE rewards_stock SET pieces = pieces + %(count)s
WHERE reward_id = %(reward_id)s AND station_id = %(station_id)s
RETURNING pieces
"""
OPEN: Final = """
INSERT INTO rewards_stock (reward_id, station_id, pieces) VALUES (%(reward_id)s, %(station_id)s, 0)
ON CONFLICT (reward_id, station_id) DO NOTHING
"""
LOCK: Final = """
SELECT pieces FROM rewards_stock WHERE reward_id = %(reward_id)s AND station_id = %(station_id)s FOR UPDATE
"""
SET: Final = """
UPDATE rewards_stock SET pieces = %(pieces)s WHERE reward_id = %(reward_id)s AND station_id = %(station_id)s
"""


class Piece(NamedTuple):
    """A piece that a redemption took or gives back. Station 0 is the common stock."""

    reward_id: int
    station_id: int
    redemption_id: UUID


def take(piece: Piece, at: datetime, by: str) -> bool:
    """Take a piece for a redemption; False when none is left. Waits for who is taking one from the same row."""
    found = sql.rows(TAKE, {"reward_id": piece.reward_id, "station_id": piece.station_id})
    if not found:
        return False
    _note(piece.reward_id, [_movement(piece, Movement.REDEEMED, -1, found[0][0], at, by, "")])
    return True


def put_back(pieces: Sequence[Piece], at: datetime, by: str, reason: str) -> None:
    """Give pieces back to the stocks they were taken from, stock by stock in rising order."""
    places: dict[tuple[int, int], list[Piece]] = {}
    for piece in pieces:
        places.setdefault((piece.reward_id, piece.station_id), []).append(piece)
    for (reward_id, station_id), given in sorted(places.items()):
        where = {"reward_id": reward_id, "station_id": station_id, "count": len(given)}
        after = int(sql.rows(PUT_BACK, where)[0][0])
        _note(
            reward_id,
            [
                _movement(piece, Movement.RETURNED, 1, after - len(given) + number, at, by, reason)
                for number, piece in enumerate(given, 1)
            ],
        )


def change_stock(
    reward_id: int, station_id: int, kind: Movement, pieces: int, at: datetime, by: str, reason: str
) -> tuple[int, int]:
    """Add so many pieces, or set the stock to what was COUNTED; returns the stock before and after.

    Returns what would be, and changes nothing, where adding a negative number would leave less than nothing.
    """
    where = {"reward_id": reward_id, "station_id": station_id}
    sql.run(OPEN, where)
    before = int(sql.rows(LOCK, where)[0][0])
    after = pieces if kind is Movement.COUNTED else before + pieces
    if after < 0:
        return before, after
    sql.run(SET, where | {"pieces": after})
    movement = StockMovement(
        id=ids.uuid7(),
        station_id=station_id,
        kind=kind,
        change=after - before,
        left=after,
        at=at,
        by=by,
        reason=reason,
    )
    _note(reward_id, [movement])
    return before, after


def _movement(
    piece: Piece, kind: Movement, change: int, left: int, at: datetime, by: str, reason: str
) -> StockMovement:
    return StockMovement(
        id=ids.uuid7(),
        station_id=piece.station_id,
        kind=kind,
        change=change,
        left=left,
        at=at,
        by=by,
        reason=reason,
        redemption_id=piece.redemption_id,
    )


def _note(reward_id: int, movements: Sequence[StockMovement]) -> None:
    sql.copy_in(
        "rewards_movement",
        COLUMNS,
        [
            sql.copy_line(
                one.id,
                reward_id,
                one.station_id,
                one.kind.value,
                one.change,
                one.left,
                one.at,
                one.by,
                one.reason,
                one.redemption_id,
            )
            for one in movements
        ],
    )
