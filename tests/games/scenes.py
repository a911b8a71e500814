"""Games to play in tests: a wheel, a draw, a quiz, and how they are put up."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from forecourt.games import services
from forecourt.games.values import (
    Award,
    Draw,
    GameKind,
    GameRules,
    Prize,
    PrizeKind,
    Question,
    Quiz,
    Segment,
    Wheel,
)
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.loyalty import services as loyalty
from tests.sales.scenes import HEAD_OFFICE

CHIEF = Actor(kind="staff", name="chief", everything=True)
"""Who approves what head office hands in."""

MUG = Prize(code="mug", name="保温杯", kind=PrizeKind.GOODS, stock=5, value=Decimal(60), cost=Decimal(40))
TEN = Prize(code="ten", name="10积分", kind=PrizeKind.POINTS, points=10, cost=Decimal("0.1"))
HUNDRED = Prize(code="hundred", name="100积分", kind=PrizeKind.POINTS, points=100, stock=3, cost=Decimal(1))

CAR = Prize(code="ten", name="小轿车", kind=PrizeKind.POINTS, points=10, value=Decimal("50000.01"))
"""A prize that is worth more than one may be."""


def moments(begun: timedelta = timedelta(hours=1), left: timedelta = timedelta(days=3)) -> tuple[datetime, datetime]:
    now = clock.now().replace(microsecond=0)
    return now - begun, now + left


def a_wheel(
    *segments: Segment, consolation: int = 0, prizes: tuple[Prize, ...] = (MUG, TEN, HUNDRED), **more: Any
) -> GameRules:
    """A wheel whose first segment brings 10 points, unless segments are given."""
    starts_at, ends_at = moments()
    drawn = segments or (
        Segment(label="10积分", parts=400_000, prize="ten"),
        Segment(label="谢谢参与", parts=400_000),
        Segment(label="保温杯", parts=150_000, prize="mug"),
        Segment(label="100积分", parts=50_000, prize="hundred"),
    )
    fields: dict[str, Any] = {
        "code": "wheel",
        "name": "加油大转盘",
        "kind": GameKind.WHEEL,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "prizes": prizes,
        "wheel": Wheel(segments=drawn, consolation=consolation),
    }
    return GameRules(**fields | more)


def always(prize: str, **more: Any) -> GameRules:
    """A wheel that always stops on this prize; when it has run out there is nothing."""
    return a_wheel(Segment(label="谢谢参与", parts=0), Segment(label="中奖", parts=1_000_000, prize=prize), **more)


def a_draw(*prizes: Prize, **more: Any) -> GameRules:
    """A draw that anybody enters by signing up, with points, or by hand."""
    starts_at, ends_at = moments()
    fields: dict[str, Any] = {
        "code": "draw",
        "name": "年终抽奖",
        "kind": GameKind.DRAW,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "prizes": prizes
        or (
            Prize(code="first", name="一等奖", kind=PrizeKind.GOODS, winners=1, stock=1, prize_class="all"),
            Prize(code="second", name="二等奖", kind=PrizeKind.POINTS, points=500, winners=3, prize_class="all"),
        ),
        "draw": Draw(draws_at=ends_at, by_sign_up=True),
    }
    return GameRules(**fields | more)


def a_draw_to_confirm(*prizes: Prize, days: int = 7) -> GameRules:
    """A draw whose winners have to confirm."""
    game = a_draw(*prizes)
    return msgspec.structs.replace(game, draw=Draw(draws_at=game.ends_at, by_sign_up=True, confirm_days=days))


def a_quiz(**more: Any) -> GameRules:
    """Two questions: one right answer, then two; both right win 100 points, one 10."""
    starts_at, ends_at = moments()
    fields: dict[str, Any] = {
        "code": "quiz",
        "name": "用油知识问答",
        "kind": GameKind.QUIZ,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "prizes": (HUNDRED, TEN),
        "quiz": Quiz(
            questions=(
                Question(text="95号汽油的95指什么？", options=("辛烷值", "密度", "产地", "价格"), right=(0,)),
                Question(text="哪些能省油？", options=("胎压正常", "急加速", "平稳驾驶"), right=(0, 2)),
            ),
            awards=(Award(right=2, prize="hundred"), Award(right=1, prize="ten")),
        ),
    }
    return GameRules(**fields | more)


def put_up(game: GameRules) -> int:
    """Save and publish; returns the id."""
    game_id = services.save_game(HEAD_OFFICE, game)
    publish(game_id)
    return game_id


def publish(game_id: int) -> None:
    """Hand a draft in, and have it approved by somebody else."""
    services.submit_game(HEAD_OFFICE, game_id)
    services.approve_game(CHIEF, game_id)


def give_points(customer_id: int, points: int) -> None:
    loyalty.adjust_points(HEAD_OFFICE, customer_id, points, "to play")


def draw_at_once(game_id: int, customers: list[int], tickets: int) -> None:
    """Give so many tickets, freeze their list and draw."""
    fill(game_id, customers, tickets)
    let_time_pass(game_id)
    services.freeze_draw(HEAD_OFFICE, game_id)
    services.draw_winners(HEAD_OFFICE, game_id)


def let_time_pass(game_id: int) -> None:
    """Move a draw's end and its hour into the past, as if they had been published so."""
    past = (clock.now() - timedelta(seconds=1)).isoformat()
    sql.run(
        "UPDATE games_game SET ends_at = %(past)s, body = jsonb_set(jsonb_set(body, '{ends_at}', to_jsonb(%(past)s::text)), "
        "'{draw,draws_at}', to_jsonb(%(past)s::text)) WHERE id = %(id)s",
        {"past": past, "id": game_id},
    )


def fill(game_id: int, customers: list[int], tickets: int) -> None:
    """So many tickets, round the customers."""
    sql.run(
        "INSERT INTO games_ticket (game_id, customer_id, origin, part, weight, points_spent, given_at, day) "
        "SELECT %(id)s, (%(customers)s::bigint[])[1 + number %% array_length(%(customers)s::bigint[], 1)], "
        "'hand:' || number, 1, 1, 0, now(), current_date FROM generate_series(0, %(count)s - 1) AS number",
        {"id": game_id, "customers": customers, "count": tickets},
    )
