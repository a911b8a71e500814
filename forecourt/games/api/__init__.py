"""Routes of games: what a customer may play, playing, tickets, prizes, and the protocols that let anybody recompute."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Status

from forecourt.customers import queries as customers
from forecourt.games import permissions, queries, services
from forecourt.games.api.answers import (
    AnswersBody,
    ChancesBody,
    ChancesOut,
    GameClaimOut,
    GameCollectBody,
    GameOut,
    GameReviewOut,
    MarkedOut,
    OpeningOut,
    PaperOut,
    PlayBody,
    SpinAuditOut,
    SpinOut,
    SpunOut,
    TicketsBody,
    TicketsOut,
    WonOut,
    games_out,
    opening_out,
    plain,
    spun_out,
)
from forecourt.games.api.drawn import ProtocolOut, WinOut
from forecourt.games.values import GameKind, GameView, Marked, Paper
from forecourt.kernel import clock, reviews
from forecourt.kernel.problems import Conflict, NotFound
from forecourt.kernel.schemas import (
    Code,
    Cursor,
    Day,
    HandInBody,
    Id,
    KeyedRequest,
    Limit,
    Page,
    SendBackBody,
    cursor_of,
    needs,
    position_of,
)

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
    return games_out([_published(code)])[0]


@router.get(
    "/game-reviews",
    response=list[GameReviewOut],
    operation_id="games_reviews",
    summary="Games that wait for approval",
    openapi_extra=needs("games:approve"),
)
def list_reviews(request: KeyedRequest) -> list[GameReviewOut]:
    """What waits longest first."""
    request.actor.require(permissions.APPROVE_GAMES)
    waiting = reviews.open_reviews("game")
    found = queries.games_by_id([int(one.key) for one in waiting])
    games = games_out([found[int(one.key)] for one in waiting])
    return [GameReviewOut(**GameReviewOut.said(one), game=game) for one, game in zip(waiting, games, strict=True)]


@router.post(
    "/games/{code}/submit",
    response={204: None},
    operation_id="games_submit",
    summary="Hand the draft of a game in for review",
    openapi_extra=needs("games:write"),
)
def submit_game(request: KeyedRequest, code: Code, body: HandInBody) -> Status[None]:
    """Games are drafted in the back office. What is handed in cannot be edited until it is decided or withdrawn."""
    services.submit_game(request.actor, queries.game_id(code), body.note)
    return Status(204, None)


@router.post(
    "/games/{code}/withdraw",
    response={204: None},
    operation_id="games_withdraw",
    summary="Take a game back that was handed in",
    openapi_extra=needs("games:write"),
)
def withdraw_game(request: KeyedRequest, code: Code) -> Status[None]:
    services.withdraw_game(request.actor, queries.game_id(code))
    return Status(204, None)


@router.post(
    "/games/{code}/approve",
    response=GameOut,
    operation_id="games_approve",
    summary="Approve a game, which is live with that",
    openapi_extra=needs("games:approve"),
)
def approve_game(request: KeyedRequest, code: Code) -> GameOut:
    """By another than who handed it in. Its rules stay from now on."""
    services.approve_game(request.actor, queries.game_id(code))
    return games_out([_published(code)])[0]


@router.post(
    "/games/{code}/refuse",
    response={204: None},
    operation_id="games_refuse",
    summary="Send a game back",
    openapi_extra=needs("games:approve"),
)
def refuse_game(request: KeyedRequest, code: Code, body: SendBackBody) -> Status[None]:
    services.refuse_game(request.actor, queries.game_id(code), body.reason)
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
    found = queries.openings(_family(customer_id), clock.now())
    games = games_out([one.game for one in found])
    return [opening_out(one, game) for one, game in zip(found, games, strict=True)]


@router.post(
    "/games/{code}/plays",
    response={201: SpunOut},
    operation_id="games_spin",
    summary="Spin a wheel for a customer",
    openapi_extra=needs("games:play", idempotent=True),
)
def spin(request: KeyedRequest, code: Code, body: PlayBody) -> Status[SpunOut]:
    """Send an Idempotency-Key, or a `reference` of yours, so that a spin that is sent twice is one spin."""
    return Status(201, spun_out(services.spin_wheel(request.actor, code, body.customer_id, reference=body.reference)))


@router.post(
    "/games/{code}/quiz",
    response={201: PaperOut},
    operation_id="games_quiz_start",
    summary="Start a quiz for a customer",
    openapi_extra=needs("games:play", idempotent=True),
)
def start_quiz(request: KeyedRequest, code: Code, body: PlayBody) -> Status[PaperOut]:
    """A quiz that is under way is handed out again. What is right is never sent before it is answered."""
    paper: Paper = services.start_quiz(request.actor, code, body.customer_id)
    return Status(201, PaperOut.model_validate({"id": paper.play_id, **plain(paper)}))


@router.post(
    "/games/quiz/{play_id}/answers",
    response=MarkedOut,
    operation_id="games_quiz_answer",
    summary="Answer a quiz",
    openapi_extra=needs("games:play", idempotent=True),
)
def answer_quiz(request: KeyedRequest, play_id: UUID, body: AnswersBody) -> MarkedOut:
    """Answered once; sent again, it is told again how it went."""
    marked: Marked = services.answer_quiz(request.actor, play_id, body.answers)
    return MarkedOut.model_validate({"id": marked.play_id, **plain(marked), "won": WonOut.of(marked.won)})


@router.post(
    "/games/{code}/tickets",
    response={201: TicketsOut},
    operation_id="games_tickets",
    summary="Enter a lucky draw",
    openapi_extra=needs("games:play", idempotent=True),
)
def enter_draw(request: KeyedRequest, code: Code, body: TicketsBody) -> Status[TicketsOut]:
    numbers = services.enter_draw(
        request.actor,
        code,
        body.customer_id,
        tickets=body.tickets,
        with_points=body.with_points,
        reference=body.reference,
    )
    return Status(201, TicketsOut(tickets=numbers))


@router.post(
    "/games/{code}/chances",
    response={201: ChancesOut},
    operation_id="games_give_chances",
    summary="Give customers chances, or tickets of a draw",
    openapi_extra=needs("games:write", idempotent=True),
)
def give_chances(request: KeyedRequest, code: Code, body: ChancesBody) -> Status[ChancesOut]:
    got = services.give_chances(
        request.actor, code, body.customer_ids, body.count, body.reason, reference=body.reference
    )
    return Status(201, ChancesOut(customers=got))


@router.get(
    "/customers/{customer_id}/prizes",
    response=list[GameClaimOut],
    operation_id="games_claims",
    summary="Goods a customer has won",
    openapi_extra=needs("games:read"),
)
def list_claims(request: KeyedRequest, customer_id: Id, limit: Limit = 50) -> list[GameClaimOut]:
    request.actor.require(permissions.VIEW_GAMES)
    return [GameClaimOut.of(one) for one in queries.claims(family=_family(customer_id), limit=limit)]


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
    return [WinOut.of(one) for one in queries.wins(family=_family(customer_id), limit=limit)]


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


@router.get(
    "/games/{code}/audit/{day}",
    response=SpinAuditOut,
    operation_id="games_audit",
    summary="A day of a wheel, recomputed",
    openapi_extra=needs("games:read"),
)
def audit_day(request: KeyedRequest, code: Code, day: Day) -> SpinAuditOut:
    request.actor.require(permissions.VIEW_GAMES)
    game = _published(code)
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
    game = _published(code)
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
    game = _published(code)
    if queries.frozen(game.id) is None:
        raise NotFound("The list of this draw is not frozen yet.")
    return HttpResponse(queries.frozen_list(game.id), content_type="text/plain; charset=utf-8")


def _published(code: str) -> GameView:
    found = queries.game(queries.game_id(code))
    if found.published_at is None:
        raise NotFound(f"There is no game with the code {code}.")
    return found


def _family(customer_id: int) -> list[int]:
    family = customers.family_ids(customer_id)
    if not customers.names(family[:1]):
        raise NotFound(f"There is no customer {customer_id}.")
    return family
