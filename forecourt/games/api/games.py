"""Routes of games as they are published, and as a customer finds them."""

from ninja import Router

from forecourt.games import permissions, queries
from forecourt.games.api.answers import GameOut, OpeningOut, games_out, opening_out
from forecourt.games.api.subjects import family_of, published
from forecourt.kernel import clock
from forecourt.kernel.schemas import Code, Cursor, Id, KeyedRequest, Limit, Page, cursor_of, needs, position_of

router = Router()


@router.get(
    "/games",
    response=Page[GameOut],
    operation_id="games_list",
    summary="Games that were published",
    openapi_extra=needs("games:read"),
)
def list_games(request: KeyedRequest, limit: Limit = 50, cursor: Cursor | None = None) -> Page[GameOut]:
    """The newest first; those that ended too."""
    request.actor.require(permissions.VIEW_GAMES)
    before = position_of(cursor, [int])
    found = queries.published(before[0] if before else None, limit + 1)
    following = cursor_of(found[limit - 1].id) if len(found) > limit else None
    return Page[GameOut](items=games_out(found[:limit]), next=following)


@router.get(
    "/games/{code}",
    response=GameOut,
    operation_id="games_get",
    summary="A game with its rules and prizes",
    openapi_extra=needs("games:read"),
)
def get_game(request: KeyedRequest, code: Code) -> GameOut:
    request.actor.require(permissions.VIEW_GAMES)
    return games_out([published(code)])[0]


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
