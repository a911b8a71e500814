"""Prizes of draws passed on to reserves. Callers have seized the game."""

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from forecourt.games.values import LostWhy
from forecourt.kernel import clock, sql

RESERVE_COLUMNS: Final = ("game_id", "prize_id", "place", "customer_id", "ticket_id", "counter")
LOSE: Final = """
UPDATE games_win SET lost_at = %(now)s, lost_why = %(why)s, lost_by = %(by)s, lost_reason = %(reason)s
WHERE id = %(win_id)s AND granted_at IS NULL AND lost_at IS NULL
"""
NEXT: Final = """
SELECT id, place, customer_id, ticket_id, counter FROM games_reserve
WHERE prize_id = %(prize_id)s AND win_id IS NULL ORDER BY place LIMIT 1
"""
CALL: Final = "UPDATE games_reserve SET win_id = %(win_id)s WHERE id = %(reserve_id)s AND win_id IS NULL"
PUT_BACK: Final = "UPDATE games_prize SET used = used - 1 WHERE id = %(prize_id)s AND stock IS NOT NULL"
CLOSE: Final = """
UPDATE games_drawing SET done_at = %(now)s
WHERE game_id = %(game_id)s AND drawn_at IS NOT NULL AND done_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM games_win WHERE game_id = %(game_id)s AND granted_at IS NULL AND lost_at IS NULL
)
"""


class NewReserve(NamedTuple):
    """A reserve as it was drawn."""

    game_id: int
    prize_id: int
    place: int
    customer_id: int
    ticket_id: int
    counter: int


class NextReserve(NamedTuple):
    """Who steps in next for a prize."""

    id: int
    place: int
    customer_id: int
    ticket_id: int
    counter: int


def add_reserves(reserves: Collection[NewReserve]) -> None:
    """Write the reserves of a draw."""
    sql.copy_in("games_reserve", RESERVE_COLUMNS, [sql.copy_line(*one) for one in reserves])


def lose(win_id: UUID, why: LostWhy, by: str, reason: str) -> None:
    """Take a prize that was not given from its winner."""
    sql.run(LOSE, {"win_id": win_id, "why": why.value, "by": by, "reason": reason, "now": clock.now()})


def next_reserve(prize_id: int) -> NextReserve | None:
    """The first reserve of a prize who has not stepped in yet; None where none is left."""
    found = sql.rows(NEXT, {"prize_id": prize_id})
    return NextReserve(*found[0]) if found else None


def call(reserve_id: int, win_id: UUID) -> None:
    """Note with which win a reserve steps in."""
    sql.run(CALL, {"reserve_id": reserve_id, "win_id": win_id})


def put_back(prize_id: int) -> None:
    """Count a prize that goes to nobody any more as not used."""
    sql.run(PUT_BACK, {"prize_id": prize_id})


def close(game_id: int) -> None:
    """Mark a draw as done where every prize was given, or lost with no reserve left."""
    sql.run(CLOSE, {"game_id": game_id, "now": clock.now()})
