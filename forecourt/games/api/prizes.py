"""Routes of prizes: who won what, confirming and declining, goods handed over."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Query, Router, Schema, Status
from pydantic import Field

from forecourt.games import permissions, queries, services
from forecourt.games.api.answers import WonOut
from forecourt.games.api.drafting import GameCode
from forecourt.games.api.drawn import GameClaimOut, GameCollectBody, GameWinOut, WinOut
from forecourt.games.api.subjects import family_of, published
from forecourt.games.values import ClaimState, LostWhy
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import (
    Body,
    Code,
    Cursor,
    Id,
    KeyedRequest,
    Limit,
    Page,
    Text,
    cursor_of,
    needs,
    position_of,
)

router = Router()


class WinFilter(Schema):
    """Which wins to list: of one prize, by its code; only those that have to be confirmed, or that wait for a coupon that
    cannot be issued now.
    """

    prize: Annotated[str, Field(max_length=40)] = ""
    is_offered: bool = False
    is_waiting: bool = False


class PassBody(Body):
    """Why a winner loses a prize, and the reason in words: it stands in the audit trail."""

    why: Literal["declined", "ineligible"]
    reason: Annotated[Text, Field(max_length=200)]


class PassedOut(Schema):
    """Whether a reserve was left to step in; without one the prize goes back into the stock."""

    is_passed_on: bool


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
    """The prize is given with that: points, a coupon, or goods with the code they are collected with. A coupon that cannot be
    issued now is not lost: it is given once it can be, and has no `coupon_code` until then.
    """
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


@router.post(
    "/wins/{win_id}/pass",
    response=PassedOut,
    operation_id="games_pass",
    summary="Pass a prize of a draw on to the next reserve",
    openapi_extra=needs("games:run", idempotent=True),
)
def pass_prize(request: KeyedRequest, win_id: UUID, body: PassBody) -> PassedOut:
    """From a winner who declined it, or may not win it. What is not confirmed in time passes on by itself."""
    return PassedOut(is_passed_on=services.pass_prize(request.actor, win_id, LostWhy(body.why), body.reason))


@router.get(
    "/games/{code}/wins",
    response=Page[GameWinOut],
    operation_id="games_winners",
    summary="Who won what in a game",
    openapi_extra=needs("games:read"),
)
def list_winners(
    request: KeyedRequest, code: GameCode, wanted: Query[WinFilter], limit: Limit = 50, cursor: Cursor | None = None
) -> Page[GameWinOut]:
    """The latest first."""
    request.actor.require(permissions.VIEW_GAMES)
    found = queries.wins(
        game_of=published(code).id,
        prize=wanted.prize,
        is_offered=wanted.is_offered,
        is_waiting=wanted.is_waiting,
        before=position_of(cursor, [datetime, UUID]),
        limit=limit + 1,
    )
    last = found[limit - 1] if len(found) > limit else None
    following = cursor_of(last.won_at, last.id) if last else None
    return Page[GameWinOut](items=[GameWinOut.of(one) for one in found[:limit]], next=following)


@router.get(
    "/prizes",
    response=Page[GameClaimOut],
    operation_id="prizes_list",
    summary="Goods that were won, to collect or collected",
    openapi_extra=needs("games:read"),
)
def list_prizes(
    request: KeyedRequest, state: ClaimState | None = None, limit: Limit = 50, cursor: Cursor | None = None
) -> Page[GameClaimOut]:
    """The latest first."""
    request.actor.require(permissions.VIEW_GAMES)
    found = queries.claims(state=state, before=position_of(cursor, [datetime, UUID]), limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    following = cursor_of(last.won_at, last.win_id) if last else None
    return Page[GameClaimOut](items=[GameClaimOut.of(one) for one in found[:limit]], next=following)


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
