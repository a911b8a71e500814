"""Games as others see them: the rules of a wheel, a lucky draw or a quiz, and what comes of playing."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta

from forecourt.kernel.values import Value

WHOLE: Final = 1_000_000
"""Parts that the probabilities of a wheel add up to: a part is one in a million."""
LONGEST_DAYS: Final = 366
"""Days a game may run: a seed is committed for each of them when it goes live."""

Code = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]


class GameKind(StrEnum):
    WHEEL = "wheel"
    DRAW = "draw"
    QUIZ = "quiz"


class GameState(StrEnum):
    """A DRAFT can be changed; LIVE is played by rules that stay; ENDED takes no more plays or tickets."""

    DRAFT = "draft"
    LIVE = "live"
    ENDED = "ended"


class PrizeKind(StrEnum):
    """GOODS are handed over at a station against a code. Nothing at all is a segment without a prize."""

    POINTS = "points"
    COUPON = "coupon"
    GOODS = "goods"


class ClaimState(StrEnum):
    OPEN = "open"
    COLLECTED = "collected"
    EXPIRED = "expired"


class LostWhy(StrEnum):
    """Why a winner lost a prize: not confirmed in time, not wanted, or not for this customer."""

    LATE = "late"
    DECLINED = "declined"
    INELIGIBLE = "ineligible"


class Prize(Value, forbid_unknown_fields=True):
    """What can be won. `stock` None is without end. `value` is what it is worth to who wins it, `cost` what giving one
    costs the `funder` ("brand", "dealer", "supplier:..."), both in the company's currency.

    Goods are kept `collect_days` at `stations` (codes; all when empty). In a draw `winners` are drawn, and after all of them
    `reserves`, who step in for winners that lose the prize; nobody is drawn twice among the prizes of one `prize_class`; an
    empty class forbids nothing.
    """

    code: Code
    name: Name
    kind: PrizeKind
    points: Count = 0
    template: Annotated[str, Meta(max_length=40)] = ""
    stock: Count | None = None
    value: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    funder: Annotated[str, Meta(min_length=1, max_length=60)] = "brand"
    collect_days: Annotated[int, Meta(ge=1, le=3650)] = 30
    stations: tuple[str, ...] = ()
    winners: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    prize_class: Annotated[str, Meta(max_length=40)] = ""
    reserves: Annotated[int, Meta(ge=0, le=1000)] = 0


class Segment(Value, forbid_unknown_fields=True):
    """A segment of the wheel: `parts` in a million, and the prize by its code, "" for nothing."""

    label: Name
    parts: Annotated[int, Meta(ge=0, le=WHOLE)]
    prize: str = ""


class Wheel(Value, forbid_unknown_fields=True):
    """The segments in their order; `consolation` is the place of the one that a prize out of stock falls to."""

    segments: tuple[Segment, ...]
    consolation: Annotated[int, Meta(ge=0)] = 0


class TierWeight(Value, forbid_unknown_fields=True):
    """How much a ticket of a member of that tier weighs; 1 where a tier is not named."""

    tier: str
    weight: Annotated[int, Meta(ge=1, le=1000)]


class Draw(Value, forbid_unknown_fields=True):
    """A lucky draw at `draws_at`. `by_sign_up`: entering gives one ticket. `entropy_from` says, ahead of time, which public
    text will be mixed in (a lottery's numbers of a day to come); where it is given the draw wants that text.

    With `confirm_days` a winner has to confirm, through so many days after the draw's (a reserve: after stepping in); the
    prize is given then, and passes to the next reserve otherwise. Without, prizes are given at once.
    """

    draws_at: datetime
    by_sign_up: bool = False
    tier_weights: tuple[TierWeight, ...] = ()
    entropy_from: Annotated[str, Meta(max_length=200)] = ""
    confirm_days: Annotated[int, Meta(ge=0, le=365)] = 0


class Question(Value, forbid_unknown_fields=True):
    """A question with two options or more; `right` are the places of all that must be chosen, and no other."""

    text: Annotated[str, Meta(min_length=1, max_length=400)]
    options: tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...]
    right: tuple[int, ...]


class Award(Value, forbid_unknown_fields=True):
    """The prize for so many right answers at least."""

    right: Annotated[int, Meta(ge=1)]
    prize: str


class Quiz(Value, forbid_unknown_fields=True):
    """Questions, of which `ask` are put to each player (0: all), within `seconds` (0: no limit). The best award reached is
    won; one that is out of stock falls to the next. `tells_answers`: who passed, or has no try left, sees the right ones.
    """

    questions: tuple[Question, ...]
    awards: tuple[Award, ...]
    ask: Count = 0
    seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0
    tells_answers: bool = True


class SaleChances(Value, forbid_unknown_fields=True):
    """What a member's sale gives: `count` chances (tickets of a draw) when it has at least `volume` of fuel (the company's
    unit) and `amount` paid. `each`: for every full step of them; at most `most` for a sale (0: any number).
    """

    volume: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    count: Annotated[int, Meta(ge=1, le=100)] = 1
    each: bool = False
    most: Annotated[int, Meta(ge=0, le=1000)] = 0


class Who(Value, forbid_unknown_fields=True):
    """Who may play: of one of these tiers, with one of these tags, with a sale in the last so many days. Empty asks nothing."""

    tiers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    bought_days: Annotated[int, Meta(ge=0, le=3650)] = 0


class GameRules(Value, forbid_unknown_fields=True):
    """A game as it is published. Played from `starts_at` until before `ends_at`; days are the company's.

    `per_day` and `in_all` limit a customer's plays (in a draw: tickets; 0: any number). A play takes a chance where
    `needs_chance`, else, or when none is left, `points_cost` points; without either it is free. `first_chances` everybody
    who may play has once. In a draw `points_cost` buys a ticket.
    """

    code: Code
    name: Name
    kind: GameKind
    starts_at: datetime
    ends_at: datetime
    terms: Annotated[str, Meta(max_length=4000)] = ""
    who: Who = Who()
    per_day: Annotated[int, Meta(ge=0, le=10_000)] = 0
    in_all: Annotated[int, Meta(ge=0, le=100_000)] = 0
    needs_chance: bool = False
    points_cost: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    first_chances: Annotated[int, Meta(ge=0, le=1000)] = 0
    sale_chances: SaleChances | None = None
    prizes: tuple[Prize, ...] = ()
    wheel: Wheel | None = None
    draw: Draw | None = None
    quiz: Quiz | None = None


class GameView(Value):
    """A game as it stands."""

    id: int
    state: GameState
    rules: GameRules
    edited_at: datetime
    edited_by: str
    published_at: datetime | None = None
    published_by: str = ""
    ended_at: datetime | None = None


class PrizeView(Value):
    """A prize with how many were given."""

    id: int
    code: str
    name: str
    kind: PrizeKind
    stock: int | None
    used: int
    cost: Decimal
    funder: str

    @property
    def is_out(self) -> bool:
        return self.stock is not None and self.used >= self.stock

    @property
    def left(self) -> int | None:
        return None if self.stock is None else self.stock - self.used


class PrizeCost(Value):
    """What a prize that was given on a day cost who pays for it, in the company's currency: all `prizes` of it together."""

    day: date
    game: str
    game_name: str
    prize: str
    prize_name: str
    funder: str
    prizes: int
    cost: Decimal


class Opening(Value):
    """A game as one customer finds it. `refusal` says in words why it cannot be played now, "" where it can, `refusal_words`
    the same by language ("en", "zh-Hans").

    `plays_left` None is without limit. A play takes a chance, or `points_cost` points when no chance is used.
    """

    game: GameView
    chances_left: int
    plays_today: int
    plays_in_all: int
    plays_left: int | None
    refusal: str
    refusal_words: dict[str, str]
    tickets: int = 0


class Won(Value):
    """A prize won and given. `code` is what goods are collected with until `collect_until`; `coupon_code` a coupon's."""

    win_id: UUID
    prize: str
    name: str
    kind: PrizeKind
    points: int = 0
    code: str = ""
    collect_until: date | None = None
    coupon_code: str = ""


class Spun(Value):
    """What a spin brought. `landed` is where the wheel stopped, `segment` what counts: the consolation where the prize was
    out of stock. `number` is the player's how-manieth of the day, which with `player` names it in the audit.
    """

    play_id: UUID
    landed: int
    segment: int
    label: str
    player: str
    number: int
    chances_left: int
    points_spent: int
    won: Won | None = None


class PaperQuestion(Value):
    """A question as the player sees it: options in the player's own order, and how many are to be chosen."""

    text: str
    options: tuple[str, ...]
    choose: int


class Paper(Value):
    """A quiz under way."""

    play_id: UUID
    questions: tuple[PaperQuestion, ...]
    closes_at: datetime | None
    points_spent: int = 0


class Marked(Value):
    """How a quiz went. `answers` are the right ones, as places on the player's paper, where they may be told."""

    play_id: UUID
    right: int
    asked: int
    is_passed: bool
    is_late: bool = False
    won: Won | None = None
    answers: tuple[tuple[int, ...], ...] | None = None


class ClaimView(Value):
    """Goods to collect, or collected."""

    win_id: UUID
    game: str
    prize: str
    customer_id: int
    code: str
    state: ClaimState
    expires_on: date
    won_at: datetime
    collected_at: datetime | None = None
    station_id: int | None = None
    collected_by: str = ""


class Frozen(Value):
    """The list of a draw as it was frozen."""

    tickets: int
    holders: int
    weight: int
    list_hash: str
    frozen_at: datetime
    frozen_by: str
    drawn_at: datetime | None = None
    drawn_by: str = ""
    entropy: str = ""
    done_at: datetime | None = None
