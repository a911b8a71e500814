"""Routes by which anybody can recompute what chance decided: the spins of a day, a draw with its list."""

from django.http import HttpResponse
from ninja import Router

from forecourt.games import permissions, queries
from forecourt.games.api.answers import SpinAuditOut, SpinOut
from forecourt.games.api.drawn import ProtocolOut
from forecourt.games.api.subjects import published
from forecourt.games.values import GameKind
from forecourt.kernel.problems import Conflict, NotFound
from forecourt.kernel.schemas import Code, Day, KeyedRequest, needs

router = Router()


@router.get(
    "/games/{code}/audit/{day}",
    response=SpinAuditOut,
    operation_id="games_audit",
    summary="A day of a wheel, recomputed",
    openapi_extra=needs("games:read"),
)
def audit_day(request: KeyedRequest, code: Code, day: Day) -> SpinAuditOut:
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
def get_protocol(request: KeyedRequest, code: Code) -> ProtocolOut:
    """Before the list is frozen only the commitment is told."""
    request.actor.require(permissions.VIEW_GAMES)
    game = published(code)
    if game.rules.kind is not GameKind.DRAW:
        raise Conflict(f"The game {code} is no lucky draw.")
    (_day, commitment, committed_at), *_rest = queries.commitments(game.id)
    found = queries.protocol(game.id)
    if found is None:
        return ProtocolOut(
            code=code, commitment=commitment, committed_at=committed_at, list_hash="", tickets=0, holders=0, weight=0,
            frozen_at=None, drawn_at=None, entropy="", seed="", message="", winners=[], reserves=[], is_right=True,
        )  # fmt: skip
    return ProtocolOut.of(code, found)


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
def get_list(request: KeyedRequest, code: Code) -> HttpResponse:
    """Plain text. Holders are counted from 1 in the order of their first tickets."""
    request.actor.require(permissions.VIEW_GAMES)
    game = published(code)
    if queries.frozen(game.id) is None:
        raise NotFound("The list of this draw is not frozen yet.")
    return HttpResponse(queries.frozen_list(game.id), content_type="text/plain; charset=utf-8")
