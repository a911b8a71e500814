"""Routes of games that are handed in, and what somebody else decides."""

import msgspec
from django.http import HttpResponse
from ninja import Router, Status

from forecourt.games import permissions, queries, services
from forecourt.games.api.answers import GameOut, games_out
from forecourt.games.api.drafting import GameCode, GameRule, encoded
from forecourt.games.api.subjects import published
from forecourt.games.values import GameRules
from forecourt.kernel import reviews
from forecourt.kernel.review_routes import review_routes
from forecourt.kernel.schemas import HandInBody, KeyedRequest, ReviewedOut, SendBackBody, needs

router = Router()
step = review_routes(router, "/games/{code}", "games", {204: None}, write="games:write", approve="games:approve")


class GameReviewOut(ReviewedOut):
    """A game that was handed in: as players will see it, and all of its rules, with what is right in a quiz."""

    game: GameOut
    draft: GameRule


@router.get(
    "/game-reviews",
    response={200: list[GameReviewOut]},
    operation_id="games_reviews",
    summary="Games that wait for approval",
    openapi_extra=needs("games:approve"),
)
def list_reviews(request: KeyedRequest) -> HttpResponse:
    """What waits longest first."""
    request.actor.require(permissions.APPROVE_GAMES)
    waiting = reviews.open_reviews("game")
    found = queries.games_by_id([int(one.key) for one in waiting])
    games = games_out([found[int(one.key)] for one in waiting])
    return encoded(
        [
            GameReviewOut.said(one)
            | {"game": game.model_dump(mode="json"), "draft": msgspec.convert(one.body, GameRules)}
            for one, game in zip(waiting, games, strict=True)
        ]
    )


@step("submit", "Hand the draft of a game in for review")
def submit_game(request: KeyedRequest, code: GameCode, body: HandInBody) -> Status[None]:
    """422 with all its faults where it cannot be played as it stands. It cannot be edited until it is decided or withdrawn."""
    services.submit_game(request.actor, queries.game_id(code), body.note)
    return Status(204, None)


@step("withdraw", "Take a game back that was handed in")
def withdraw_game(request: KeyedRequest, code: GameCode) -> Status[None]:
    services.withdraw_game(request.actor, queries.game_id(code))
    return Status(204, None)


@step("approve", "Approve a game, which is live with that", GameOut)
def approve_game(request: KeyedRequest, code: GameCode) -> GameOut:
    """By another than who handed it in. Its rules stay from now on."""
    services.approve_game(request.actor, queries.game_id(code))
    return games_out([published(code)])[0]


@step("refuse", "Send a game back")
def refuse_game(request: KeyedRequest, code: GameCode, body: SendBackBody) -> Status[None]:
    services.refuse_game(request.actor, queries.game_id(code), body.reason)
    return Status(204, None)
