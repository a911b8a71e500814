"""Routes of playing: spins, quizzes, tickets, and the chances for them."""

from uuid import UUID

from ninja import Router, Status

from forecourt.games import services
from forecourt.games.api.answers import (
    AnswersBody,
    ChancesBody,
    ChancesOut,
    MarkedOut,
    PaperOut,
    PlayBody,
    SpunOut,
    TicketsBody,
    TicketsOut,
    WonOut,
    plain,
    spun_out,
)
from forecourt.games.api.drafting import GameCode
from forecourt.games.values import Marked, Paper
from forecourt.kernel.schemas import KeyedRequest, needs

router = Router()


@router.post(
    "/games/{code}/plays",
    response={201: SpunOut},
    operation_id="games_spin",
    summary="Spin a wheel for a customer",
    openapi_extra=needs("games:play", idempotent=True),
)
def spin(request: KeyedRequest, code: GameCode, body: PlayBody) -> Status[SpunOut]:
    """Send an Idempotency-Key, or a `reference` of yours, so that a spin that is sent twice is one spin."""
    return Status(201, spun_out(services.spin_wheel(request.actor, code, body.customer_id, reference=body.reference)))


@router.post(
    "/games/{code}/quiz",
    response={201: PaperOut},
    operation_id="games_quiz_start",
    summary="Start a quiz for a customer",
    openapi_extra=needs("games:play", idempotent=True),
)
def start_quiz(request: KeyedRequest, code: GameCode, body: PlayBody) -> Status[PaperOut]:
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
def enter_draw(request: KeyedRequest, code: GameCode, body: TicketsBody) -> Status[TicketsOut]:
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
def give_chances(request: KeyedRequest, code: GameCode, body: ChancesBody) -> Status[ChancesOut]:
    got = services.give_chances(
        request.actor, code, body.customer_ids, body.count, body.reason, reference=body.reference
    )
    return Status(201, ChancesOut(customers=got))
