"""Routes of games that are live: ended, restocked; how they go; what a prize may be worth at most."""

from datetime import date
from typing import Annotated

from ninja import Router, Schema, Status
from pydantic import Field

from forecourt.games import permissions, queries, services
from forecourt.games.api.answers import GameOut, games_out
from forecourt.games.api.drafting import GameCode
from forecourt.games.api.subjects import published
from forecourt.kernel.schemas import Body, Figure, KeyedRequest, Text, needs

router = Router()


class GameEndBody(Body):
    """Why; it stands in the audit trail."""

    reason: Annotated[str, Field(max_length=200)] = ""


class RestockBody(Body):
    """How many pieces of a prize are added; a negative number takes away what is left. And why."""

    prize: GameCode
    add: Annotated[int, Field(ge=-1_000_000_000, le=1_000_000_000, strict=True)]
    reason: Annotated[Text, Field(max_length=200)]


class PrizeStockOut(Schema):
    """A prize's stock in all, and how many of it are left."""

    prize: str
    stock: int
    left: int


class GameFunderOut(Schema):
    """Who pays for prizes, for how many, and what they cost."""

    funder: str
    prizes: int
    cost: Figure


class GameDayOut(Schema):
    """A day of a wheel or a quiz."""

    day: date
    plays: int
    wins: int


class GameFiguresOut(Schema):
    """How a game goes: plays, tickets that hold, prizes won (of them `offered` to be confirmed, `waiting` for a coupon that
    cannot be issued) and what they cost, by who pays; the days of a wheel or a quiz.
    """

    plays: int
    tickets: int
    wins: int
    offered: int
    waiting: int
    cost: Figure
    funders: list[GameFunderOut]
    days: list[GameDayOut]


class PrizeCapOut(Schema):
    """What one prize may be worth at most, by law (0: no check), and whether a lawyer looked at that."""

    prize_cap: Figure
    is_cap_checked: bool


class PrizeCapBody(Body):
    """What one prize may be worth at most (0: no check), whether a lawyer looked at that, and why it is changed."""

    prize_cap: Figure
    is_cap_checked: Annotated[bool, Field(strict=True)]
    reason: Annotated[Text, Field(max_length=200)]


@router.get(
    "/games/{code}/figures",
    response=GameFiguresOut,
    operation_id="games_figures",
    summary="How a game goes",
    openapi_extra=needs("games:read"),
)
def get_figures(request: KeyedRequest, code: GameCode) -> GameFiguresOut:
    request.actor.require(permissions.VIEW_GAMES)
    game_id = published(code).id
    return GameFiguresOut(
        **queries.figures([game_id])[game_id]._asdict(),
        funders=[GameFunderOut(funder=row[0], prizes=row[1], cost=row[2]) for row in queries.by_funder(game_id)],
        days=[GameDayOut(day=row[0], plays=row[1], wins=row[2]) for row in queries.by_day(game_id)],
    )


@router.post(
    "/games/{code}/end",
    response=GameOut,
    operation_id="games_end",
    summary="End a game",
    openapi_extra=needs("games:run"),
)
def end_game(request: KeyedRequest, code: GameCode, body: GameEndBody) -> GameOut:
    """For good, at once: no more plays or tickets. Plays under way are finished; prizes won can still be collected."""
    services.end_game(request.actor, queries.game_id(code), body.reason)
    return games_out([published(code)])[0]


@router.post(
    "/games/{code}/stock",
    response={201: PrizeStockOut},
    operation_id="games_restock",
    summary="Add to the stock of a prize, or take from it",
    openapi_extra=needs("games:run", idempotent=True),
)
def restock_prize(request: KeyedRequest, code: GameCode, body: RestockBody) -> Status[PrizeStockOut]:
    """Send an Idempotency-Key, so that a delivery that is sent twice is added once. 404 for a draft: change its rules."""
    game = published(code)
    stock = services.restock_prize(request.actor, game.id, body.prize, body.add, body.reason)
    used = next(one.used for one in queries.prizes([game])[game.id] if one.code == body.prize)
    return Status(201, PrizeStockOut(prize=body.prize, stock=stock, left=stock - used))


@router.get(
    "/game-settings",
    response=PrizeCapOut,
    operation_id="game_settings_get",
    summary="What a prize may be worth at most",
    openapi_extra=needs("games:read"),
)
def get_settings(request: KeyedRequest) -> PrizeCapOut:
    request.actor.require(permissions.VIEW_GAMES)
    return PrizeCapOut(**queries.setting()._asdict())


@router.put(
    "/game-settings",
    response=PrizeCapOut,
    operation_id="game_settings_change",
    summary="Change what a prize may be worth at most",
    openapi_extra=needs("games:cap"),
)
def change_settings(request: KeyedRequest, body: PrizeCapBody) -> PrizeCapOut:
    """Of games that are handed in and approved from now on. No key that approves games may do this by that alone."""
    services.set_prize_cap(request.actor, body.prize_cap, body.is_cap_checked, body.reason)
    return PrizeCapOut(**queries.setting()._asdict())
