"""Games, their prizes, seeds and settings."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from forecourt.games.models import Game, GameSetting, PrizeRow, Seed
from forecourt.games.values import GameKind, GameRules, GameState, GameView, PrizeView
from forecourt.kernel import sql
from forecourt.kernel.crypto import keyring
from forecourt.kernel.problems import NotFound
from forecourt.kernel.values import Value

PRIZES: Final = """
SELECT prize.game_id, prize.id, prize.code, prize.stock,
    CASE WHEN prize.stock IS NULL
         THEN (SELECT count(*) FROM games_win AS win WHERE win.game_id = prize.game_id AND win.prize_id = prize.id
              AND win.lost_at IS NULL)
         ELSE prize.used END
FROM games_prize AS prize WHERE prize.game_id = ANY(%(game_ids)s::bigint[]) ORDER BY prize.game_id, prize.position
"""
FIGURES: Final = """
SELECT game.id,
    (SELECT count(*) FROM games_play AS play WHERE play.game_id = game.id),
    (SELECT count(*) FROM games_ticket AS ticket WHERE ticket.game_id = game.id AND ticket.voided_at IS NULL),
    (SELECT count(*) FROM games_win AS win WHERE win.game_id = game.id AND win.lost_at IS NULL),
    (SELECT count(*) FROM games_win AS win
     WHERE win.game_id = game.id AND win.granted_at IS NULL AND win.lost_at IS NULL AND win.confirm_by IS NOT NULL),
    (SELECT count(*) FROM games_win AS win
     WHERE win.game_id = game.id AND win.granted_at IS NULL AND win.waits_since IS NOT NULL),
    (SELECT coalesce(sum(win.cost), 0) FROM games_win AS win WHERE win.game_id = game.id AND win.lost_at IS NULL)
FROM games_game AS game WHERE game.id = ANY(%(game_ids)s::bigint[])
"""

TICKETS_NOW: Final = """
SELECT game.id, coalesce(drawing.tickets, held.tickets), coalesce(drawing.weight, held.weight)
FROM games_game AS game
LEFT JOIN games_drawing AS drawing ON drawing.game_id = game.id
CROSS JOIN LATERAL (
    SELECT count(*) AS tickets, coalesce(sum(weight), 0)::bigint AS weight
    FROM games_ticket AS ticket
    WHERE drawing.game_id IS NULL AND ticket.game_id = game.id AND ticket.voided_at IS NULL
) AS held
WHERE game.id = ANY(%(game_ids)s::bigint[])
"""


class Weighed(NamedTuple):
    """The tickets of a draw: how many, and what they weigh together."""

    tickets: int
    weight: int


class Figures(NamedTuple):
    """How much a game was played: plays, tickets that hold, prizes won, those of them to confirm and those that wait
    for a coupon that cannot be issued, and what all cost.
    """

    plays: int = 0
    tickets: int = 0
    wins: int = 0
    offered: int = 0
    waiting: int = 0
    cost: Decimal = Decimal(0)


class Setting(NamedTuple):
    prize_cap: Decimal
    is_cap_checked: bool


class KnownSeed(NamedTuple):
    """A seed in clear, with what was published of it. Never shown before its day is over or its draw is held."""

    seed: bytes
    commitment: str
    committed_at: Any


class ListedGame(Value):
    """A game in a list."""

    game: GameView
    plays: int
    tickets: int
    wins: int
    offered: int
    waiting: int
    cost: Decimal


def view_of(row: Game) -> GameView:
    return GameView(
        id=row.pk,
        state=GameState(row.state),
        rules=msgspec.convert(row.body, GameRules),
        edited_at=row.edited_at,
        edited_by=row.edited_by,
        published_at=row.published_at,
        published_by=row.published_by,
        ended_at=row.ended_at,
    )


def game(game_id: int) -> GameView:
    """A game by its id; NotFound."""
    row = Game.objects.filter(pk=game_id).first()
    if row is None:
        raise NotFound(_("There is no game %(id)s.") % {"id": game_id})
    return view_of(row)


def games_by_id(game_ids: Collection[int]) -> dict[int, GameView]:
    """Games by their ids; those that are not there are missing. One statement."""
    return {row.pk: view_of(row) for row in Game.objects.filter(pk__in=game_ids)}


def game_id(code: str) -> int:
    """The id of the game with that code; NotFound."""
    found = Game.objects.filter(code=code).values_list("id", flat=True).first()
    if found is None:
        raise NotFound(_("There is no game with the code %(code)s.") % {"code": code})
    return int(found)


def games(
    *,
    text: str = "",
    kind: str = "",
    state: str = "",
    only: Collection[int] | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[ListedGame]:
    """Games, the newest first, `only` those with these ids if given; `text` is looked for in code and name."""
    rows = Game.objects.all() if only is None else Game.objects.filter(pk__in=only)
    rows = _narrowed(rows, text, kind, state, before)
    found = [view_of(row) for row in rows.order_by("-id")[:limit]]
    counted = figures([one.id for one in found])
    return [ListedGame(game=one, **counted[one.id]._asdict()) for one in found]


def published(before: int | None, limit: int, *, text: str = "", kind: str = "", state: str = "") -> list[GameView]:
    """Games that are live or ended, the newest first; `text` is looked for in code and name."""
    return _some(Game.objects.filter(published_at__isnull=False), before, limit, text, kind, state)


def drafts(
    before: int | None,
    limit: int,
    *,
    text: str = "",
    kind: str = "",
    waiting: Collection[int] = (),
    is_waiting: bool | None = None,
) -> list[GameView]:
    """Games that were not published yet, the newest first; `is_waiting`: those of the ids `waiting`, or those that are not."""
    rows = Game.objects.filter(state=GameState.DRAFT)
    if is_waiting is not None:
        among = Q(pk__in=list(waiting))
        rows = rows.filter(among if is_waiting else ~among)
    return _some(rows, before, limit, text, kind)


def _some(
    rows: QuerySet[Game], before: int | None, limit: int, text: str, kind: str, state: str = ""
) -> list[GameView]:
    return [view_of(row) for row in _narrowed(rows, text, kind, state, before).order_by("-id")[:limit]]


def _narrowed(rows: QuerySet[Game], text: str, kind: str, state: str, before: int | None) -> QuerySet[Game]:
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(code__icontains=text))
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return rows


def live_games(kinds: Collection[GameKind] = tuple(GameKind)) -> list[GameView]:
    """The games that are live, by id, whether their time has come or not."""
    rows = Game.objects.filter(state=GameState.LIVE, kind__in=[kind.value for kind in kinds]).order_by("id")
    return [view_of(row) for row in rows]


def figures(game_ids: Collection[int]) -> dict[int, Figures]:
    return {row[0]: Figures(*row[1:]) for row in sql.rows(FIGURES, {"game_ids": sql.array(game_ids)})}


def prizes(found: Sequence[GameView]) -> dict[int, list[PrizeView]]:
    """The prizes of games in their order, with how many were given; of a draft as they are planned. One statement."""
    rows = sql.rows(PRIZES, {"game_ids": sql.array([one.id for one in found])})
    stored = {(row[0], row[2]): row for row in rows}
    return {
        one.id: [
            PrizeView(
                id=row[1] if row else 0,
                code=prize.code,
                name=prize.name,
                kind=prize.kind,
                stock=row[3] if row else prize.stock,
                used=row[4] if row else 0,
                cost=prize.cost,
                funder=prize.funder,
            )
            for prize in one.rules.prizes
            for row in [stored.get((one.id, prize.code))]
        ]
        for one in found
    }


def tickets_now(wanted: Collection[int]) -> dict[int, Weighed]:
    """The tickets of draws that hold now; once the list is frozen, those in it."""
    if not wanted:
        return {}
    return {row[0]: Weighed(row[1], row[2]) for row in sql.rows(TICKETS_NOW, {"game_ids": sql.array(wanted)})}


def prize_ids(wanted: int) -> dict[str, int]:
    """Ids of a game's prizes by their codes."""
    return dict(PrizeRow.objects.filter(game_id=wanted).values_list("code", "id"))


def seed(game_of: int, day: date | None) -> KnownSeed | None:
    """A day's seed of a wheel, or (no day) a draw's, in clear; None where there is none."""
    row = Seed.objects.filter(game_id=game_of, day=day).first() if day else _draw_seed(game_of)
    if row is None:
        return None
    text = keyring().open(bytes(row.sealed), seal_context(game_of, row.day))
    return KnownSeed(bytes.fromhex(text), row.commitment, row.committed_at)


def _draw_seed(game_of: int) -> Seed | None:
    return Seed.objects.filter(game_id=game_of, day__isnull=True).first()


def commitments(game_of: int) -> list[tuple[date | None, str, Any]]:
    """What was published of all seeds of a game: (day, SHA-256, when)."""
    return list(Seed.objects.filter(game_id=game_of).order_by("day").values_list("day", "commitment", "committed_at"))


def seal_context(game_of: int, day: date | None) -> str:
    return f"games_seed:{game_of}:{day or 'draw'}"


def player_name(game_of: int, customer_id: int) -> str:
    """What a customer is called in a game's audits: the same all through, and no one's guess."""
    return keyring().fingerprint(f"game:{game_of}:player:{customer_id}".encode()).hex()[:16]


def setting() -> Setting:
    """What is checked of all games."""
    row = GameSetting.objects.filter(pk=1).first() or GameSetting()
    return Setting(Decimal(row.prize_cap), row.is_cap_checked)
