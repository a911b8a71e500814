"""Routes of prizes: who won what, confirming and declining, goods handed over."""

from uuid import UUID

from ninja import Router, Status

from forecourt.games import permissions, queries, services
from forecourt.games.api.answers import GameClaimOut, GameCollectBody, WonOut
from forecourt.games.api.drawn import WinOut
from forecourt.games.api.subjects import family_of
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import Code, Id, KeyedRequest, Limit, needs

router = Router()


@router.get(
    "/customers/{customer_id}/prizes",
    response=list[GameClaimOut],
    operation_id="games_claims",
    summary="Goods a customer has won",
    openapi_extra=needs("games:read"),
)
def list_claims(request: KeyedRequest, customer_id: Id, limit: Limit = 50) -> list[GameClaimOut]:
    request.actor.require(permissions.VIEW_GAMES)
    return [GameClaimOut.of(one) for one in queries.claims(family=family_of(customer_id), limit=limit)]


@router.get(
    "/customers/{customer_id}/wins",
    response=list[WinOut],
    operation_id="games_wins",
    summary="Prizes a customer has won",
    openapi_extra=needs("games:read"),
)
def list_wins(request: KeyedRequest, customer_id: Id, limit: Limit = 50) -> list[WinOut]:
    """The latest first. Those in the state offered have to be confirmed, or pass to the next reserve."""
    request.actor.require(permissions.VIEW_GAMES)
    return [WinOut.of(one) for one in queries.wins(family=family_of(customer_id), limit=limit)]


@router.post(
    "/wins/{win_id}/confirm",
    response=WonOut,
    operation_id="games_confirm",
    summary="Confirm a prize of a draw for its winner",
    openapi_extra=needs("games:play", idempotent=True),
)
def confirm(request: KeyedRequest, win_id: UUID) -> WonOut:
    """The prize is given with that: points, a coupon, or goods with the code they are collected with."""
    return WonOut.told(services.confirm_prize(request.actor, win_id))


@router.post(
    "/wins/{win_id}/decline",
    response={204: None},
    operation_id="games_decline",
    summary="Decline a prize of a draw for its winner",
    openapi_extra=needs("games:play", idempotent=True),
)
def decline(request: KeyedRequest, win_id: UUID) -> Status[None]:
    """It passes to the next reserve, and cannot be had back."""
    services.decline_prize(request.actor, win_id)
    return Status(204, None)


@router.get(
    "/prizes/{claim_code}",
    response=GameClaimOut,
    operation_id="games_claim",
    summary="Goods by the code they are collected with",
    openapi_extra=needs("games:read"),
)
def get_claim(request: KeyedRequest, claim_code: Code) -> GameClaimOut:
    request.actor.require(permissions.VIEW_GAMES)
    found = queries.claims(code=claim_code.upper(), limit=1)
    if not found:
        raise NotFound(f"No prize has the code {claim_code}.")
    return GameClaimOut.of(found[0])


@router.post(
    "/prizes/{claim_code}/collect",
    response=GameClaimOut,
    operation_id="games_collect",
    summary="Hand over goods that were won",
    openapi_extra=needs("games:write", idempotent=True),
)
def collect(request: KeyedRequest, claim_code: Code, body: GameCollectBody) -> GameClaimOut:
    return GameClaimOut.of(services.collect_claim(request.actor, claim_code, body.station))
