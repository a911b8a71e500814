"""Routes by which anybody can recompute what chance decided: the spins of a day, a draw with its list."""

from typing import Annotated

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from forecourt.games import permissions, queries, services
from forecourt.games.api.answers import SpinAuditOut, SpinOut
from forecourt.games.api.drafting import GameCode
from forecourt.games.api.drawn import ProtocolOut
from forecourt.games.api.subjects import published
from forecourt.games.values import GameKind, GameView
from forecourt.kernel.problems import Conflict, NotFound
from forecourt.kernel.schemas import Body, Day, KeyedRequest, needs

router = Router()


class DrawBody(Body):
    """The public text that was announced as `entropy_from`; "" where none was."""

    entropy: Annotated[str, Field(max_length=1000)] = ""


@router.get(
    "/games/{code}/audit/{day}",
    response=SpinAuditOut,
    operation_id="games_audit",
    summary="A day of a wheel, recomputed",
    openapi_extra=needs("games:read"),
)
def audit_day(request: KeyedRequest, code: GameCode, day: Day) -> SpinAuditOut:
    request.actor.require(permissions.VIEW_GAMES)
    game = published(code)
    known = next((one for one in queries.audit_days(game.id) if one.day == day), None)
    if known is None:
        raise NotFound(f"This game has no wheel on {day}.")
    found = queries.spin_audit(game.id, day)
    return SpinAuditOut(
        day=day,
        commitment=known.commitment,
        committed_at=known.committed_at,
        is_over=found is not None,
        seed=found.seed if found else "",
        is_right=found is None or (found.seed_fits and not found.wrong and not found.gaps),
        spins=[SpinOut.model_validate(one._asdict()) for one in found.spins] if found else [],
    )


@router.get(
    "/games/{code}/protocol",
    response=ProtocolOut,
    operation_id="games_protocol",
    summary="The protocol of a lucky draw",
    openapi_extra=needs("games:read"),
)
def get_protocol(request: KeyedRequest, code: GameCode) -> ProtocolOut:
    """Before the list is frozen only the commitment is told."""
    request.actor.require(permissions.VIEW_GAMES)
    game = published(code)
    if game.rules.kind is not GameKind.DRAW:
        raise Conflict(f"The game {code} is no lucky draw.")
    return _protocol(game)


@router.post(
    "/games/{code}/freeze",
    response=ProtocolOut,
    operation_id="games_freeze",
    summary="End the entries of a lucky draw and freeze its list",
    openapi_extra=needs("games:run"),
)
def freeze_draw(request: KeyedRequest, code: GameCode) -> ProtocolOut:
    """Once its entries are over. Cannot be undone; frozen before, the list stays as it is. Its SHA-256 is published."""
    game = published(code)
    services.freeze_draw(request.actor, game.id)
    return _protocol(game)


@router.post(
    "/games/{code}/draw",
    response=ProtocolOut,
    operation_id="games_draw",
    summary="Hold a lucky draw whose list is frozen",
    openapi_extra=needs("games:run"),
)
def hold_draw(request: KeyedRequest, code: GameCode, body: DrawBody) -> ProtocolOut:
    """Winners and reserves follow from seed, list and `entropy`. Cannot be undone; drawn before, nothing changes. Prizes that
    need not be confirmed are given: those of large draws over the next minutes.
    """
    game = published(code)
    services.draw_winners(request.actor, game.id, body.entropy)
    services.give_at_once(request.actor, game.id)
    return _protocol(game)


@router.get(
    "/games/{code}/list",
    response=None,
    operation_id="games_ticket_list",
    summary="The frozen list of a lucky draw, as it is hashed",
    openapi_extra=needs(
        "games:read",
        responses={
            200: {"description": "A line for each ticket: number, weight, holder", "content": {"text/plain": {}}}
        },
    ),
)
def get_list(request: KeyedRequest, code: GameCode) -> HttpResponse:
    """Plain text. Holders are counted from 1 in the order of their first tickets."""
    request.actor.require(permissions.VIEW_GAMES)
    game = published(code)
    if queries.frozen(game.id) is None:
        raise NotFound("The list of this draw is not frozen yet.")
    return HttpResponse(queries.frozen_list(game.id), content_type="text/plain; charset=utf-8")


def _protocol(game: GameView) -> ProtocolOut:
    code = game.rules.code
    (_day, commitment, committed_at), *_rest = queries.commitments(game.id)
    found = queries.protocol(game.id)
    if found is None:
        return ProtocolOut(
            code=code, commitment=commitment, committed_at=committed_at, list_hash="", tickets=0, holders=0, weight=0,
            frozen_at=None, drawn_at=None, entropy="", seed="", message="", winners=[], reserves=[], is_right=True,
        )  # fmt: skip
    return ProtocolOut.of(code, found)
