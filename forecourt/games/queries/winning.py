"""Prizes that were won, as lists show them."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from forecourt.games.values import ClaimState, PrizeKind
from forecourt.kernel import sql

WINS: Final = """
SELECT win.id, win.game_id, game.code, game.name, prize.code, coalesce(said.value ->> 'name', prize.code), win.kind,
       win.points, win.customer_id, win.won_at, win.granted_at, win.place, win.ticket_id, win.funder, win.cost,
       claim.state, claim.expires_on, claim.code, win.coupon_id, win.confirm_by, win.lost_at, win.lost_why, win.lost_by,
       win.lost_reason, win.reserve,
       before.ticket_id, win.waits_since
FROM games_win AS win
JOIN games_game AS game ON game.id = win.game_id
JOIN games_prize AS prize ON prize.id = win.prize_id
LEFT JOIN LATERAL jsonb_array_elements(game.body -> 'prizes') AS said ON said.value ->> 'code' = prize.code
LEFT JOIN games_claim AS claim ON claim.win_id = win.id
LEFT JOIN games_win AS before ON before.id = win.in_place_of
WHERE {where}
ORDER BY win.won_at DESC, win.id DESC LIMIT %(limit)s
"""
BY_DAY: Final = """
SELECT play.day, count(*), count(win.id)
FROM games_play AS play LEFT JOIN games_win AS win ON win.play_id = play.id
WHERE play.game_id = %(game_id)s GROUP BY play.day ORDER BY play.day
"""
BY_FUNDER: Final = """
SELECT funder, count(*), sum(cost) FROM games_win
WHERE game_id = %(game_id)s AND lost_at IS NULL GROUP BY funder ORDER BY funder
"""


class WinView(NamedTuple):
    """A prize that was won. `place` and `ticket` in draws; `claim` of goods. `confirm_by`, and then given or lost, where it has
    to be confirmed; `reserve` is the place of who stepped in, for the ticket `before`. `waits_since`: its coupon cannot be
    issued.
    """

    id: UUID
    game_id: int
    game: str
    game_name: str
    prize: str
    prize_name: str
    kind: PrizeKind
    points: int
    customer_id: int
    won_at: datetime
    granted_at: datetime | None
    place: int | None
    ticket: int | None
    funder: str
    cost: Decimal
    claim: ClaimState | None
    expires_on: date | None
    code: str | None
    coupon_id: UUID | None
    confirm_by: date | None
    lost_at: datetime | None
    lost_why: str
    lost_by: str
    lost_reason: str
    reserve: int | None
    before: int | None
    waits_since: datetime | None

    @property
    def is_offered(self) -> bool:
        """Whether it waits to be confirmed."""
        return self.confirm_by is not None and self.granted_at is None and self.lost_at is None


def wins(
    *,
    game_of: int | None = None,
    family: Collection[int] = (),
    prize: str = "",
    play_id: UUID | None = None,
    win_id: UUID | None = None,
    is_offered: bool = False,
    is_held: bool = False,
    is_waiting: bool = False,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[WinView]:
    """Prizes won, the latest first: of a game, of a family, of one prize, of one play, those to confirm, those that
    were not lost, those that wait for their coupon, or just that one.
    """
    where, given = ["TRUE"], dict[str, Any](limit=limit)
    if game_of is not None:
        where.append("win.game_id = %(game)s")
        given["game"] = game_of
    if family:
        where.append("win.customer_id = ANY(%(family)s::bigint[])")
        given["family"] = list(family)
    if prize:
        where.append("prize.code = %(prize)s")
        given["prize"] = prize
    if play_id is not None:
        where.append("win.play_id = %(play_id)s")
        given["play_id"] = play_id
    if win_id is not None:
        where.append("win.id = %(win_id)s")
        given["win_id"] = win_id
    if is_offered:
        where.append("win.granted_at IS NULL AND win.lost_at IS NULL AND win.confirm_by IS NOT NULL")
    if is_held:
        where.append("win.lost_at IS NULL")
    if is_waiting:
        where.append("win.waits_since IS NOT NULL AND win.granted_at IS NULL")
    if before is not None:
        where.append("(win.won_at, win.id) < (%(before_at)s, %(before_id)s)")
        given |= {"before_at": before[0], "before_id": before[1]}
    return [_view(row) for row in sql.rows(WINS.format(where=" AND ".join(where)), given)]


def _view(row: tuple[Any, ...]) -> WinView:
    claim = ClaimState(row[15]) if row[15] else None
    return WinView._make((*row[:6], PrizeKind(row[6]), *row[7:15], claim, *row[16:]))


def by_day(game_id: int) -> list[tuple[date, int, int]]:
    """(day, plays, prizes won) of a wheel or a quiz."""
    return [(row[0], row[1], row[2]) for row in sql.rows(BY_DAY, {"game_id": game_id})]


def by_funder(game_id: int) -> list[tuple[str, int, Decimal]]:
    """(who pays, prizes, cost)"""
    return [(row[0], row[1], row[2]) for row in sql.rows(BY_FUNDER, {"game_id": game_id})]
