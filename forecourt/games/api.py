"""Routes of games: what a customer may play, playing, tickets, prizes, and the protocols that let anybody recompute."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import translation
from ninja import Router, Schema, Status
from pydantic import Field

from forecourt.customers import queries as customers
from forecourt.games import permissions, queries, rules, services
from forecourt.games.queries import wording
from forecourt.games.values import ClaimView, GameKind, GameView, Marked, Opening, Paper, Spun, Won
from forecourt.kernel import clock
from forecourt.kernel.problems import Conflict, NotFound
from forecourt.kernel.schemas import (
    Body,
    Code,
    Cursor,
    Day,
    Figure,
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

Reference = Annotated[
    str, Field(max_length=100, description="Your name for this play: the same name is the same play.")
]
LANGUAGES = {"en": "en", "zh-Hans": "zh-hans"}


class SegmentOut(Schema):
    """A segment of a wheel; `parts` in a million. `prize` is empty where it brings nothing."""

    label: str
    parts: int
    prize: str


class PrizeOut(Schema):
    """A prize; `left` is null where there is no end of it."""

    code: str
    name: str
    kind: str
    points: int
    value: Figure
    left: int | None


class GameOut(Schema):
    """A game as it was published; `rules` are its words for players by language."""

    code: str
    name: str
    kind: str
    state: str
    starts_at: datetime
    ends_at: datetime
    draws_at: datetime | None
    points_cost: int
    needs_chance: bool
    segments: list[SegmentOut]
    prizes: list[PrizeOut]
    rules: dict[str, list[str]]


class OpeningOut(Schema):
    """A game open to a customer. `refusal` says why it cannot be played now; `plays_left` null is without limit."""

    game: GameOut
    chances_left: int
    plays_today: int
    plays_in_all: int
    plays_left: int | None
    tickets: int
    refusal: str


class PlayBody(Body):
    customer_id: Id
    reference: Reference = ""


class WonOut(Schema):
    """A prize won: points, a coupon by its code, or goods to collect with `code` until `collect_until`."""

    id: UUID
    prize: str
    name: str
    kind: str
    points: int
    code: str
    collect_until: date | None
    coupon_code: str

    @classmethod
    def of(cls, won: Won | None) -> "WonOut | None":
        if won is None:
            return None
        return cls.model_validate({"id": won.win_id, **_plain(won), "kind": won.kind.value})


class SpunOut(Schema):
    """A spin. The wheel stopped at `landed`; `segment` counts: the consolation where the prize had run out.

    `player` and `number` name the spin in the audit of its day.
    """

    id: UUID
    landed: int
    segment: int
    label: str
    player: str
    number: int
    chances_left: int
    points_spent: int
    won: WonOut | None


class QuestionOut(Schema):
    """A question; choose exactly `choose` of the options."""

    text: str
    options: list[str]
    choose: int


class PaperOut(Schema):
    """A quiz to answer before `closes_at`, null where there is no limit."""

    id: UUID
    questions: list[QuestionOut]
    closes_at: datetime | None
    points_spent: int


Places = Annotated[list[Annotated[int, Field(ge=0, le=100)]], Field(max_length=100)]


class AnswersBody(Body):
    """Of each question, in the paper's order, the places of the options that were chosen, from 0."""

    answers: Annotated[list[Places], Field(max_length=1000)]


class MarkedOut(Schema):
    """How a quiz went. `answers` are the right ones, null while another try is possible."""

    id: UUID
    right: int
    asked: int
    is_passed: bool
    is_late: bool
    won: WonOut | None
    answers: list[list[int]] | None


class TicketsBody(Body):
    """Tickets of a draw: by signing up, once, or with points."""

    customer_id: Id
    with_points: bool = False
    tickets: Annotated[int, Field(ge=1, le=1000)] = 1
    reference: Reference = ""


class TicketsOut(Schema):
    """The numbers of the new tickets; empty where the same was asked for before."""

    tickets: list[int]


class ChancesBody(Body):
    """Chances (tickets of a draw) to give, and why. The same `reference` gives a customer once."""

    customer_ids: Annotated[list[Id], Field(min_length=1, max_length=5000)]
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    reason: Annotated[Text, Field(max_length=200)]
    reference: Reference = ""


class ChancesOut(Schema):
    """How many customers got them now."""

    customers: int


class ClaimOut(Schema):
    """Goods that were won. `state` is open, collected or expired."""

    id: UUID
    game: str
    prize: str
    customer_id: int
    code: str
    state: str
    expires_on: date
    won_at: datetime
    collected_at: datetime | None

    @classmethod
    def of(cls, claim: ClaimView) -> "ClaimOut":
        return cls.model_validate({"id": claim.win_id, **_plain(claim), "state": claim.state.value})


class CollectBody(Body):
    """Where goods are handed over: a station's code."""

    station: Code


class SpinOut(Schema):
    """A spin of a day: as recorded, and where its seed says it landed."""

    player: str
    number: int
    landed: int
    segment: int
    computed: int
    is_right: bool


class SpinAuditOut(Schema):
    """A day of a wheel. While it runs only the commitment is told; then the seed, and every spin recomputed."""

    day: date
    commitment: str
    committed_at: datetime
    is_over: bool
    seed: str
    is_right: bool
    spins: list[SpinOut]


class DrawnOut(Schema):
    """A winning ticket; `counter` is that of the value that chose it."""

    prize: str
    place: int
    ticket: int
    counter: int


class ProtocolOut(Schema):
    """A draw. `seed` stays empty until it is held; `message` is what the values are computed from."""

    code: str
    commitment: str
    committed_at: datetime
    list_hash: str
    tickets: int
    holders: int
    weight: int
    frozen_at: datetime | None
    drawn_at: datetime | None
    entropy: str
    seed: str
    message: str
    winners: list[DrawnOut]
    is_right: bool


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
    return Page[GameOut](items=_games(found[:limit]), next=following)


@router.get(
    "/games/{code}",
    response=GameOut,
    operation_id="games_get",
    summary="A game with its rules and prizes",
    openapi_extra=needs("games:read"),
)
def get_game(request: KeyedRequest, code: Code) -> GameOut:
    request.actor.require(permissions.VIEW_GAMES)
    return _games([_published(code)])[0]


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
    games = _games([one.game for one in found])
    return [_opening(one, game) for one, game in zip(found, games, strict=True)]


@router.post(
    "/games/{code}/plays",
    response={201: SpunOut},
    operation_id="games_spin",
    summary="Spin a wheel for a customer",
    openapi_extra=needs("games:play", idempotent=True),
)
def spin(request: KeyedRequest, code: Code, body: PlayBody) -> Status[SpunOut]:
    """Send an Idempotency-Key, or a `reference` of yours, so that a spin that is sent twice is one spin."""
    return Status(201, _spun(services.spin_wheel(request.actor, code, body.customer_id, reference=body.reference)))


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
    return Status(201, PaperOut.model_validate({"id": paper.play_id, **_plain(paper)}))


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
    return MarkedOut.model_validate({"id": marked.play_id, **_plain(marked), "won": WonOut.of(marked.won)})


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
    response=list[ClaimOut],
    operation_id="games_claims",
    summary="Goods a customer has won",
    openapi_extra=needs("games:read"),
)
def list_claims(request: KeyedRequest, customer_id: Id, limit: Limit = 50) -> list[ClaimOut]:
    request.actor.require(permissions.VIEW_GAMES)
    return [ClaimOut.of(one) for one in queries.claims(family=_family(customer_id), limit=limit)]


@router.get(
    "/prizes/{claim_code}",
    response=ClaimOut,
    operation_id="games_claim",
    summary="Goods by the code they are collected with",
    openapi_extra=needs("games:read"),
)
def get_claim(request: KeyedRequest, claim_code: Code) -> ClaimOut:
    request.actor.require(permissions.VIEW_GAMES)
    found = queries.claims(code=claim_code.upper(), limit=1)
    if not found:
        raise NotFound(f"No prize has the code {claim_code}.")
    return ClaimOut.of(found[0])


@router.post(
    "/prizes/{claim_code}/collect",
    response=ClaimOut,
    operation_id="games_collect",
    summary="Hand over goods that were won",
    openapi_extra=needs("games:write", idempotent=True),
)
def collect(request: KeyedRequest, claim_code: Code, body: CollectBody) -> ClaimOut:
    return ClaimOut.of(services.collect_claim(request.actor, claim_code, body.station))


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
            frozen_at=None, drawn_at=None, entropy="", seed="", message="", winners=[], is_right=True,
        )  # fmt: skip
    frozen = found.frozen
    return ProtocolOut(
        code=code,
        commitment=commitment,
        committed_at=committed_at,
        list_hash=frozen.list_hash,
        tickets=frozen.tickets,
        holders=frozen.holders,
        weight=frozen.weight,
        frozen_at=frozen.frozen_at,
        drawn_at=frozen.drawn_at,
        entropy=frozen.entropy,
        seed=found.seed,
        message=rules.draw_message(code, frozen.list_hash, frozen.entropy) if frozen.drawn_at else "",
        winners=[
            DrawnOut(prize=one.prize, place=one.place, ticket=one.ticket, counter=one.counter) for one in found.drawn
        ],
        is_right=found.is_right,
    )


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


def _games(found: list[GameView]) -> list[GameOut]:
    prizes = queries.prizes(found)
    words: dict[int, dict[str, list[str]]] = {one.id: {} for one in found}
    for name, language in LANGUAGES.items():
        with translation.override(language):
            for one in found:
                words[one.id][name] = wording.in_words(one.rules)
    return [
        GameOut(
            code=one.rules.code,
            name=one.rules.name,
            kind=one.rules.kind.value,
            state=one.state.value,
            starts_at=one.rules.starts_at,
            ends_at=one.rules.ends_at,
            draws_at=one.rules.draw.draws_at if one.rules.draw else None,
            points_cost=one.rules.points_cost,
            needs_chance=one.rules.needs_chance,
            segments=[
                SegmentOut(label=segment.label, parts=segment.parts, prize=segment.prize)
                for segment in (one.rules.wheel.segments if one.rules.wheel else ())
            ],
            prizes=[
                PrizeOut(
                    code=prize.code,
                    name=prize.name,
                    kind=prize.kind.value,
                    points=said.points,
                    value=said.value,
                    left=None if prize.stock is None else prize.stock - prize.used,
                )
                for prize, said in zip(prizes[one.id], one.rules.prizes, strict=True)
            ],
            rules=words[one.id],
        )
        for one in found
    ]


def _opening(one: Opening, game: GameOut) -> OpeningOut:
    return OpeningOut(
        game=game,
        chances_left=one.chances_left,
        plays_today=one.plays_today,
        plays_in_all=one.plays_in_all,
        plays_left=one.plays_left,
        tickets=one.tickets,
        refusal=one.refusal,
    )


def _spun(spun: Spun) -> SpunOut:
    return SpunOut.model_validate({"id": spun.play_id, **_plain(spun), "won": WonOut.of(spun.won)})


def _plain(value: object) -> dict[str, object]:
    """A value's fields, with those of the values in it."""
    return msgspec.structs.asdict(value) if isinstance(value, msgspec.Struct) else {}
