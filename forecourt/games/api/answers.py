"""What the API takes and answers about games."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from ninja import Schema
from pydantic import Field

from forecourt.games import queries
from forecourt.games.queries import wording
from forecourt.games.values import (
    GameKind,
    GameRules,
    GameView,
    Opening,
    Prize,
    PrizeKind,
    PrizeView,
    Spun,
    Won,
)
from forecourt.kernel.languages import in_languages
from forecourt.kernel.schemas import Body, Figure, Id, Text

Reference = Annotated[
    str, Field(max_length=100, description="Your name for this play: the same name is the same play.")
]


class SegmentOut(Schema):
    """A segment of a wheel; `parts` in a million. `prize` is empty where it brings nothing."""

    label: str
    parts: int
    prize: str


class PrizeOut(Schema):
    """A prize; `count` is how many there are (in a draw: winners), `left` how many are still to be won, null where there is
    no end of it. `parts` of a million is the chance of a spin to win it, null where it hangs on something else. `reserves` are
    drawn beside the winners; goods are kept `collect_days`.
    """

    code: str
    name: str
    kind: str
    points: int
    value: Figure
    count: int | None
    left: int | None
    parts: int | None
    reserves: int
    collect_days: int | None


class GameOut(Schema):
    """A game as it was published; `rules` are its words for players by language. `consolation` is the place of the segment
    that a prize out of stock falls to. In a draw a winner has `confirm_days` to confirm, 0 where prizes are given at once;
    `tickets` and their `weight` are those that hold now: the chance of a ticket is its weight out of all. Null elsewhere.
    """

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
    consolation: int | None
    confirm_days: int | None
    tickets: int | None
    weight: int | None
    prizes: list[PrizeOut]
    rules: dict[str, list[str]]


class OpeningOut(Schema):
    """A game open to a customer. `refusal` says why it cannot be played now, "" where it can, and `refusal_words` says it by
    language ("en", "zh-Hans"); `plays_left` null is without limit.
    """

    game: GameOut
    chances_left: int
    plays_today: int
    plays_in_all: int
    plays_left: int | None
    tickets: int
    refusal: str
    refusal_words: dict[str, str]


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
        return None if won is None else cls.told(won)

    @classmethod
    def told(cls, won: Won) -> "WonOut":
        return cls.model_validate({"id": won.win_id, **plain(won), "kind": won.kind.value})


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


def games_out(found: list[GameView]) -> list[GameOut]:
    prizes = queries.prizes(found)
    weighed = queries.tickets_now([one.id for one in found if one.rules.kind is GameKind.DRAW])
    words = in_languages(lambda: {one.id: wording.in_words(one.rules) for one in found})
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
            consolation=one.rules.wheel.consolation if one.rules.wheel else None,
            confirm_days=one.rules.draw.confirm_days if one.rules.draw else None,
            tickets=weighed[one.id].tickets if one.id in weighed else None,
            weight=weighed[one.id].weight if one.id in weighed else None,
            prizes=[
                _prize_out(one.rules, prize, said) for prize, said in zip(prizes[one.id], one.rules.prizes, strict=True)
            ],
            rules={tag: said[one.id] for tag, said in words.items()},
        )
        for one in found
    ]


def _prize_out(game: GameRules, prize: PrizeView, said: Prize) -> PrizeOut:
    is_draw = game.kind is GameKind.DRAW
    segments = game.wheel.segments if game.wheel else ()
    return PrizeOut(
        code=prize.code,
        name=prize.name,
        kind=prize.kind.value,
        points=said.points,
        value=said.value,
        count=said.winners if is_draw else prize.stock,
        left=max(0, said.winners - prize.used) if is_draw else prize.left,
        parts=sum(one.parts for one in segments if one.prize == prize.code) if game.wheel else None,
        reserves=said.reserves,
        collect_days=said.collect_days if prize.kind is PrizeKind.GOODS else None,
    )


def opening_out(one: Opening, game: GameOut) -> OpeningOut:
    return OpeningOut(
        game=game,
        chances_left=one.chances_left,
        plays_today=one.plays_today,
        plays_in_all=one.plays_in_all,
        plays_left=one.plays_left,
        tickets=one.tickets,
        refusal=one.refusal,
        refusal_words=one.refusal_words,
    )


def spun_out(spun: Spun) -> SpunOut:
    return SpunOut.model_validate({"id": spun.play_id, **plain(spun), "won": WonOut.of(spun.won)})


def plain(value: object) -> dict[str, object]:
    """A value's fields, with those of the values in it."""
    return msgspec.structs.asdict(value) if isinstance(value, msgspec.Struct) else {}
