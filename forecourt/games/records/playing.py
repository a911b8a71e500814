"""Writes of plays and what they take: the game held, prizes counted, chances used. Callers hold the customers' locks."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from forecourt.coupons import records as coupons
from forecourt.games.queries.games import seal_context
from forecourt.games.values import Prize, PrizeKind
from forecourt.kernel import clock, sql
from forecourt.kernel.crypto import keyring

HOLD: Final = "SELECT pg_advisory_xact_lock_shared(hashtext('games_game'), %(game_id)s)"
SEIZE: Final = "SELECT pg_advisory_xact_lock(hashtext('games_game'), %(game_id)s)"
TAKE: Final = """
UPDATE games_prize SET used = used + %(count)s WHERE id = %(prize_id)s AND used + %(count)s <= stock RETURNING used
"""
STOCK: Final = "SELECT stock IS NULL FROM games_prize WHERE id = %(prize_id)s"
USE_CHANCE: Final = """
UPDATE games_chance SET used = used + 1 WHERE id = (
    SELECT id FROM games_chance
    WHERE customer_id = ANY(%(family)s::bigint[]) AND game_id = %(game_id)s AND used < count
    ORDER BY given_at, id LIMIT 1
) AND used < count
RETURNING id
"""
NEXT_NUMBER: Final = """
SELECT coalesce(max(number), 0) + 1 FROM games_play
WHERE game_id = %(game_id)s AND day = %(day)s AND player = %(player)s
"""
ADD_SEED: Final = """
INSERT INTO games_seed (game_id, day, sealed, commitment, committed_at)
SELECT %(game_id)s, day, sealed, commitment, %(now)s
FROM unnest(%(days)s::date[], %(sealed)s::bytea[], %(commitments)s::text[]) AS made (day, sealed, commitment)
ON CONFLICT (game_id, day) DO NOTHING
"""
PLAY_COLUMNS: Final = (
    "id",
    "game_id",
    "customer_id",
    "player",
    "day",
    "number",
    "played_at",
    "reference",
    "chance_id",
    "points_spent",
    "landed",
    "segment",
    "coupon_ran_out",
    "sheet",
    "closes_at",
    "is_late",
)
ANSWER: Final = """
UPDATE games_play SET answered_at = %(now)s, answers = %(answers)s::jsonb, "right" = %(right)s, is_late = %(is_late)s
WHERE id = %(play_id)s
"""


class NewPlay(NamedTuple):
    """A play to write; `sheet` is a quiz's, as JSON."""

    id: UUID
    game_id: int
    customer_id: int
    player: str
    day: date
    number: int
    played_at: datetime
    reference: str = ""
    chance_id: int | None = None
    points_spent: int = 0
    landed: int | None = None
    segment: int | None = None
    coupon_ran_out: bool = False
    sheet: str | None = None
    closes_at: datetime | None = None


def hold(game_ids: Collection[int]) -> None:
    """Keep games from being ended or frozen until the transaction ends; many may hold one at once. Then read them."""
    for game_id in sorted(game_ids):
        sql.rows(HOLD, {"game_id": game_id})


def seize(game_id: int) -> None:
    """Wait for those who hold the game, and keep others out until the transaction ends."""
    sql.rows(SEIZE, {"game_id": game_id})


def take_prize(prize_id: int, count: int = 1) -> tuple[bool, int | None]:
    """Take prizes from the stock: whether there were so many, and the last one's unit (None for a prize without a stock).

    A prize with a stock stays locked until the transaction ends; one without has no row that plays wait for.
    """
    found = sql.rows(STOCK, {"prize_id": prize_id})
    if found and found[0][0]:
        return True, None
    taken = sql.rows(TAKE, {"prize_id": prize_id, "count": count})
    return bool(taken), taken[0][0] if taken else None


def without_room(prizes: Iterable[Prize]) -> set[str]:
    """The codes of those of these prizes that are coupons of which none can be issued; the others' limits stay locked."""
    templates = {prize.code: prize.template for prize in prizes if prize.kind is PrizeKind.COUPON}
    room = coupons.room_of(set(templates.values()))
    return {code for code, template in templates.items() if not room[template]}


def use_chance(game_id: int, family: Sequence[int]) -> int | None:
    """Use the oldest chance that is left; returns its id, None where none is."""
    found = sql.rows(USE_CHANCE, {"game_id": game_id, "family": list(family)})
    return int(found[0][0]) if found else None


def next_number(game_id: int, day: date, player: str) -> int:
    """The how-manieth play of a day a player's next one is."""
    return int(sql.rows(NEXT_NUMBER, {"game_id": game_id, "day": day, "player": player})[0][0])


def add_play(play: NewPlay) -> None:
    sql.copy_in("games_play", PLAY_COLUMNS, [sql.copy_line(*play, False)])


def answer_play(play_id: UUID, answers: Any, right: int, is_late: bool) -> None:
    """Close a quiz with what was answered."""
    body = msgspec.json.encode(answers).decode()
    where = {"play_id": play_id, "now": clock.now(), "answers": body, "right": right, "is_late": is_late}
    sql.run(ANSWER, where)


def add_seeds(game_id: int, seeds: Sequence[tuple[date | None, bytes, str]]) -> None:
    """Keep seeds, sealed, with their SHA-256, as (day, seed, SHA-256); one that is there already stays."""
    ring = keyring()
    sql.run(
        ADD_SEED,
        {
            "game_id": game_id,
            "now": clock.now(),
            "days": [day for day, _, _ in seeds],
            "sealed": [ring.seal(seed.hex(), seal_context(game_id, day)) for day, seed, _ in seeds],
            "commitments": [commitment for _, _, commitment in seeds],
        },
    )
