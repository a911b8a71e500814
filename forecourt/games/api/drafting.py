"""The rules of a game as they are sent, edited and reviewed; what is answered about a draft."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from django.http import HttpResponse
from ninja import Schema
from pydantic import Field, StringConstraints

from forecourt.games import queries, rules
from forecourt.games.values import WHOLE, GameKind, GameRules, GameState, GameView, PrizeKind
from forecourt.kernel import clock, reviews
from forecourt.kernel.money import rounded
from forecourt.kernel.schemas import Body, Figure, Instant, ReviewedOut
from forecourt.kernel.values import Review

GameCode = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]
Short = Annotated[str, StringConstraints(max_length=40)]
StationCode = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]
Days = Annotated[int, Field(ge=0, le=3650, strict=True)]
Place = Annotated[int, Field(ge=0, le=1000, strict=True)]
_encoder: Final = msgspec.json.Encoder(decimal_format="string")
_MOST: Final = 1000
"""Items of a list within a game; what can be played asks for fewer."""


class PrizeRule(Body):
    """What can be won: `points`, a coupon of the `template`, or goods, kept `collect_days` at `stations` (all when empty).

    `stock` null is without end. `value` is what it is worth to who wins it, `cost` what giving one costs the `funder`. In a
    draw `winners` are drawn, and after all of them `reserves`; nobody is drawn twice among the prizes of one `prize_class`.
    """

    code: GameCode
    name: Name
    kind: PrizeKind
    points: Count = 0
    template: Short = ""
    stock: Count | None = None
    value: Figure = Decimal(0)
    cost: Figure = Decimal(0)
    funder: Annotated[str, StringConstraints(min_length=1, max_length=60)] = "brand"
    collect_days: Annotated[int, Field(ge=1, le=3650, strict=True)] = 30
    stations: Annotated[list[StationCode], Field(max_length=50_000)] = []
    winners: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] = 0
    prize_class: Short = ""
    reserves: Place = 0


class SegmentRule(Body):
    """A segment of a wheel: its chance as `parts` in a million, and the code of its prize, "" for nothing."""

    label: Name
    parts: Annotated[int, Field(ge=0, le=WHOLE, strict=True)]
    prize: Short = ""


class WheelRule(Body):
    """Segments in their order; `consolation` is the place, from 0, of the one that a prize out of stock falls to."""

    segments: Annotated[list[SegmentRule], Field(max_length=_MOST)]
    consolation: Place = 0


class TierWeightRule(Body):
    """How much a ticket of a member of that tier weighs; 1 where a tier is not named."""

    tier: Annotated[str, StringConstraints(min_length=1, max_length=16)]
    weight: Annotated[int, Field(ge=1, le=1000, strict=True)]


class DrawRule(Body):
    """A lucky draw at `draws_at`. `by_sign_up`: entering gives one ticket. `entropy_from`: which public text of a day to come
    is mixed in. With `confirm_days` winners have to confirm; without, prizes are given at once.
    """

    draws_at: Instant
    by_sign_up: bool = False
    tier_weights: Annotated[list[TierWeightRule], Field(max_length=50)] = []
    entropy_from: Annotated[str, StringConstraints(max_length=200)] = ""
    confirm_days: Annotated[int, Field(ge=0, le=365, strict=True)] = 0


class QuestionRule(Body):
    """A question; `right` are the places, from 0, of all options that must be chosen, and of no other."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    options: Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=200)]], Field(max_length=_MOST)]
    right: Annotated[list[Place], Field(max_length=_MOST)]


class AwardRule(Body):
    """The prize for so many right answers at least."""

    right: Annotated[int, Field(ge=1, le=1000, strict=True)]
    prize: GameCode


class QuizRule(Body):
    """Questions, of which `ask` are put to each player (0: all), within `seconds` (0: no limit). The best award reached is
    won. `tells_answers`: who passed, or has no try left, sees the right ones.
    """

    questions: Annotated[list[QuestionRule], Field(max_length=_MOST)]
    awards: Annotated[list[AwardRule], Field(max_length=_MOST)]
    ask: Place = 0
    seconds: Annotated[int, Field(ge=0, le=86_400, strict=True)] = 0
    tells_answers: bool = True


class SaleChancesRule(Body):
    """A member's sale of at least `volume` of fuel and `amount` paid gives `count` chances (tickets of a draw); `each`: for
    every full step of them; at most `most` a sale (0: any number).
    """

    volume: Figure = Decimal(0)
    amount: Figure = Decimal(0)
    count: Annotated[int, Field(ge=1, le=100, strict=True)] = 1
    each: bool = False
    most: Place = 0


class WhoRule(Body):
    """Who may play: of one of these tiers, with one of these tags, with a sale in the last so many days. Empty asks nothing."""

    tiers: Annotated[list[Short], Field(max_length=50)] = []
    tags: Annotated[list[Short], Field(max_length=_MOST)] = []
    bought_days: Days = 0


class GameRule(Body):
    """A game as it is drafted: a `wheel`, a `draw` or a `quiz` by its `kind`. Played from `starts_at` until before `ends_at`.

    `per_day` and `in_all` limit a customer's plays (in a draw: tickets; 0: any number). A play takes a chance where
    `needs_chance`, else, or when none is left, `points_cost` points. `first_chances` everybody who may play has once.
    """

    code: GameCode
    name: Name
    kind: GameKind
    starts_at: Instant
    ends_at: Instant
    terms: Annotated[str, StringConstraints(max_length=4000)] = ""
    who: WhoRule = WhoRule()
    per_day: Annotated[int, Field(ge=0, le=10_000, strict=True)] = 0
    in_all: Annotated[int, Field(ge=0, le=100_000, strict=True)] = 0
    needs_chance: bool = False
    points_cost: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] = 0
    first_chances: Place = 0
    sale_chances: SaleChancesRule | None = None
    prizes: Annotated[list[PrizeRule], Field(max_length=_MOST)] = []
    wheel: WheelRule | None = None
    draw: DrawRule | None = None
    quiz: QuizRule | None = None

    def to_value(self) -> GameRules:
        return msgspec.convert(self.model_dump(), GameRules)


class GameDraftOut(Schema):
    """A game as it is kept, with all of its rules: the questions of a quiz and their right answers too.

    `faults` stand in the way of handing it in, by field; `warnings` may be meant so. `cost_each` is what a spin costs on
    average (of a draw: what all prizes cost), `cost_most` what the whole stock does; null where nobody can say. `review` is
    what is handed in now.
    """

    code: str
    state: GameState
    rules: GameRule
    faults: dict[str, str]
    warnings: list[str]
    cost_each: Figure | None
    cost_most: Figure | None
    edited_at: datetime
    edited_by: str
    published_at: datetime | None
    published_by: str
    ended_at: datetime | None
    review: ReviewedOut | None


def draft_out(code: str, status: int = 200) -> HttpResponse:
    """The game of that code as it is kept now, as a `GameDraftOut`."""
    found = queries.game(queries.game_id(code))
    review = reviews.open_review(f"game:{found.id}")
    (answer,) = drafts_out([found], {found.id: review} if review else {})
    return encoded(answer, status)


def encoded(value: Any, status: int = 200) -> HttpResponse:
    """A value as JSON, its figures as strings."""
    return HttpResponse(_encoder.encode(value), status=status, content_type="application/json")


def drafts_out(found: Sequence[GameView], waiting: Mapping[int, Review]) -> list[dict[str, Any]]:
    """The members of a `GameDraftOut` each, to encode as they stand: what was stored before a bound was drawn is shown too."""
    drafts = [one for one in found if one.state is GameState.DRAFT]
    faults = dict(
        zip((one.id for one in drafts), queries.faults([one.rules for one in drafts], clock.now()), strict=True)
    )
    return [
        {
            "code": one.rules.code,
            "state": one.state,
            "rules": one.rules,
            "faults": faults.get(one.id, {}),
            "warnings": rules.warnings(one.rules) if one.id in faults else [],
            "cost_each": _figure(rules.expected_cost(one.rules)),
            "cost_most": _figure(rules.most_cost(one.rules)),
            "edited_at": one.edited_at,
            "edited_by": one.edited_by,
            "published_at": one.published_at,
            "published_by": one.published_by,
            "ended_at": one.ended_at,
            "review": ReviewedOut.said(waiting[one.id]) if one.id in waiting else None,
        }
        for one in found
    ]


def _figure(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else rounded(amount, 4)
