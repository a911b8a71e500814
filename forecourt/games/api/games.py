"""Routes of games: begun and thrown away as drafts, read as they were published and as a customer finds them."""

from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from forecourt.games import permissions, queries, services
from forecourt.games.api.answers import GameOut, OpeningOut, games_out, opening_out
from forecourt.games.api.drafting import GameCode, GameDraftOut, GameRule, draft_out
from forecourt.games.api.subjects import family_of, published
from forecourt.games.values import GameKind
from forecourt.kernel import clock
from forecourt.kernel.schemas import Cursor, Id, KeyedRequest, Limit, Page, cursor_of, needs, position_of

router = Router()


class GameFilter(Schema):
    """Which games to list. `q` is a part of the name or code."""

    q: Annotated[str, Field(max_length=80)] = ""
    kind: GameKind | None = None
    state: Literal["live", "ended"] | None = None


@router.get(
    "/games",
    response=Page[GameOut],
    operation_id="games_list",
    summary="Games that were published",
    openapi_extra=needs("games:read"),
)
def list_games(
    request: KeyedRequest, wanted: Query[GameFilter], limit: Limit = 50, cursor: Cursor | None = None
) -> Page[GameOut]:
    """The newest first; those that ended too."""
    request.actor.require(permissions.VIEW_GAMES)
    before = position_of(cursor, [int])
    found = queries.published(
        before[0] if before else None,
        limit + 1,
        text=wanted.q,
        kind=wanted.kind.value if wanted.kind else "",
        state=wanted.state or "",
    )
    following = cursor_of(found[limit - 1].id) if len(found) > limit else None
    return Page[GameOut](items=games_out(found[:limit]), next=following)


@router.post(
    "/games",
    response={201: GameDraftOut},
    operation_id="games_create",
    summary="Draft a game",
    openapi_extra=needs("games:write", idempotent=True),
)
def create_game(request: KeyedRequest, game: GameRule) -> HttpResponse:
    """It may still have `faults`; those must be mended before it is handed in."""
    services.save_game(request.actor, game.to_value())
    return draft_out(game.code, 201)


@router.get(
    "/games/{code}",
    response=GameOut,
    operation_id="games_get",
    summary="A game with its rules and prizes",
    openapi_extra=needs("games:read"),
)
def get_game(request: KeyedRequest, code: GameCode) -> GameOut:
    request.actor.require(permissions.VIEW_GAMES)
    return games_out([published(code)])[0]


@router.delete(
    "/games/{code}",
    response={204: None},
    operation_id="games_discard",
    summary="Throw away the draft of a game",
    openapi_extra=needs("games:write"),
)
def discard_game(request: KeyedRequest, code: GameCode) -> Status[None]:
    """409 while it is in review, and once it was published: end it then."""
    services.delete_draft(request.actor, queries.game_id(code))
    return Status(204, None)


@router.get(
    "/customers/{customer_id}/games",
    response=list[OpeningOut],
    operation_id="games_of_customer",
    summary="The games open to a customer, with chances left",
    openapi_extra=needs("games:read"),
)
def list_openings(request: KeyedRequest, customer_id: Id) -> list[OpeningOut]:
    request.actor.require(permissions.VIEW_GAMES)
    found = queries.openings(family_of(customer_id), clock.now())
    games = games_out([one.game for one in found])
    return [opening_out(one, game) for one, game in zip(found, games, strict=True)]
