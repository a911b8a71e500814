"""Routes of what games say while they are drafted. What makes them live stands in `reviews`."""

from typing import Annotated

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from forecourt.games import permissions, queries, services
from forecourt.games.api.drafting import GameCode, GameDraftOut, GameRule, draft_out, drafts_out, encoded
from forecourt.games.values import GameKind
from forecourt.kernel import reviews
from forecourt.kernel.schemas import Body, Cursor, KeyedRequest, Limit, Page, cursor_of, needs, position_of

router = Router()


class DraftFilter(Schema):
    """Which drafts to list. `q` is a part of the name or code; `is_waiting`: those that are handed in, or the others."""

    q: Annotated[str, Field(max_length=80)] = ""
    kind: GameKind | None = None
    is_waiting: bool | None = None


class GameCopyBody(Body):
    """The code of the new game."""

    code: GameCode


@router.get(
    "/game-drafts",
    response={200: Page[GameDraftOut]},
    operation_id="game_drafts_list",
    summary="Games that were not published yet",
    openapi_extra=needs("games:write"),
)
def list_drafts(
    request: KeyedRequest, wanted: Query[DraftFilter], limit: Limit = 50, cursor: Cursor | None = None
) -> HttpResponse:
    """The newest first."""
    request.actor.require_everywhere(permissions.EDIT_GAMES)
    before = position_of(cursor, [int])
    waiting = {int(one.key): one for one in reviews.open_reviews("game")}
    found = queries.drafts(
        before[0] if before else None,
        limit + 1,
        text=wanted.q,
        kind=wanted.kind.value if wanted.kind else "",
        is_waiting=wanted.is_waiting,
        waiting=waiting,
    )
    following = cursor_of(found[limit - 1].id) if len(found) > limit else None
    return encoded({"items": drafts_out(found[:limit], waiting), "next": following})


@router.get(
    "/games/{code}/rules",
    response={200: GameDraftOut},
    operation_id="games_rules",
    summary="All that a game says, as it is drafted or was published",
    openapi_extra=needs("games:write"),
)
def get_rules(request: KeyedRequest, code: GameCode) -> HttpResponse:
    """With what is right in a quiz, so not for keys that play."""
    request.actor.require_everywhere(permissions.EDIT_GAMES)
    return draft_out(code)


@router.put(
    "/games/{code}/rules",
    response={200: GameDraftOut},
    operation_id="games_change",
    summary="Change the draft of a game",
    openapi_extra=needs("games:write"),
)
def change_game(request: KeyedRequest, code: GameCode, game: GameRule) -> HttpResponse:
    """All of it, its code too if that differs. 409 while it is in review, and once it was published: its rules stay then."""
    services.save_game(request.actor, game.to_value(), queries.game_id(code))
    return draft_out(game.code)


@router.post(
    "/games/{code}/copy",
    response={201: GameDraftOut},
    operation_id="games_copy",
    summary="Draft a game like another",
    openapi_extra=needs("games:write", idempotent=True),
)
def copy_game(request: KeyedRequest, code: GameCode, body: GameCopyBody) -> HttpResponse:
    """Its rules as they are, its days too, under another code."""
    services.copy_game(request.actor, queries.game_id(code), body.code)
    return draft_out(body.code, 201)
