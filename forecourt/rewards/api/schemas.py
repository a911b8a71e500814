"""What is sent and answered about rewards."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from ninja import Schema
from pydantic import Field, StringConstraints

from forecourt.kernel.actors import Actor
from forecourt.kernel.languages import in_languages
from forecourt.kernel.schemas import Body, Day, Figure, ReviewedOut, Text
from forecourt.kernel.values import Review
from forecourt.offers.values import Share
from forecourt.rewards import permissions, rules
from forecourt.rewards.values import (
    Asking,
    Choice,
    OnExpiry,
    Refusal,
    Reward,
    RewardKind,
    RewardLine,
    RewardState,
    StockKind,
    StockLine,
)

RewardCode = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_.-]+$")]
StationCode = Annotated[str, StringConstraints(max_length=32)]
Name = Annotated[Text, Field(max_length=80)]
Reason = Annotated[Text, Field(min_length=1, max_length=200)]
Whole = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
Points = Annotated[int, Field(ge=1, le=100_000_000, strict=True)]


class ShareBody(Body):
    """Who pays so many percent of what a piece costs: "brand", "dealer", "supplier:aoke"."""

    funder: Annotated[Text, Field(min_length=1, max_length=60)]
    percent: Figure

    def to_value(self) -> Share:
        return Share(funder=self.funder, percent=self.percent)


class RewardBody(Body):
    """A reward. `name` and `description` are for members to read. `points` are what it takes, `money` what the cashier takes
    beside them, `cost` what a piece costs whom `shares` name. `template` is the coupon template of a fuel discount or
    coupon. Limits count a customer's redemptions (0: any number); empty `tiers` and `stations` mean all. A code is good
    for `days_good` days (0: for ever). `needs_strong_identity` null: from 1,000 points on.
    """

    name: Name
    kind: RewardKind
    points: Points
    description: Annotated[str, StringConstraints(max_length=400)] = ""
    picture: Annotated[str, StringConstraints(max_length=300)] = ""
    money: Figure | None = None
    cost: Figure | None = None
    shares: Annotated[list[ShareBody], Field(max_length=10)] = []
    stock: StockKind = StockKind.ANY
    per_day: Whole = 0
    per_month: Whole = 0
    per_customer: Whole = 0
    tiers: Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=16)]], Field(max_length=50)] = []
    stations: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=32)]], Field(max_length=50_000)
    ] = []
    valid_from: Day | None = None
    valid_until: Day | None = None
    template: Annotated[str, StringConstraints(max_length=40)] = ""
    days_good: Annotated[int, Field(ge=0, le=3650, strict=True)] = 30
    on_expiry: OnExpiry = OnExpiry.RETURN
    needs_strong_identity: bool | None = None
    position: Annotated[int, Field(ge=0, le=100_000, strict=True)] = 100

    def to_value(self, code: str) -> Reward:
        fields = {name: value for name, value in dict(self).items() if value is not None}
        return Reward(
            code=code,
            **fields
            | {
                "shares": tuple(share.to_value() for share in self.shares),
                "tiers": tuple(self.tiers),
                "stations": tuple(self.stations),
                "needs_strong_identity": self.needs_strong_identity,
            },
        )


class NewRewardBody(RewardBody):
    """A reward to add, by a code of its own."""

    code: RewardCode

    def to_value(self, code: str = "") -> Reward:
        return RewardBody.model_validate(self.model_dump(exclude={"code"})).to_value(self.code)


class ShareOut(Schema):
    funder: str
    percent: Figure


class RewardRuleOut(Schema):
    """What a reward is: what it takes, for whom, who pays. `cost` and `shares` are null for who may not see costs."""

    code: str
    name: str
    kind: RewardKind
    points: int
    description: str
    picture: str
    money: Figure
    cost: Figure | None
    shares: list[ShareOut] | None
    stock: StockKind
    per_day: int
    per_month: int
    per_customer: int
    tiers: list[str]
    stations: list[str]
    valid_from: date | None
    valid_until: date | None
    template: str
    days_good: int
    on_expiry: OnExpiry
    needs_strong_identity: bool | None
    position: int

    @staticmethod
    def said(reward: Reward) -> dict[str, Any]:
        """The members of this schema."""
        fields: dict[str, Any] = {name: getattr(reward, name) for name in Reward.__struct_fields__}
        fields["shares"] = [ShareOut(funder=one.funder, percent=one.percent) for one in rules.funded_by(reward)]
        return fields

    @classmethod
    def stored(cls, body: Any) -> "RewardRuleOut":
        """A reward as reviews keep it."""
        return cls(**cls.said(msgspec.convert(body, Reward)))


class RewardReviewOut(ReviewedOut):
    """A reward that was handed in, what held `before` (null: nothing), and what was decided."""

    reward: RewardRuleOut
    before: RewardRuleOut | None

    @classmethod
    def of(cls, review: Review) -> "RewardReviewOut":
        before = RewardRuleOut.stored(review.before) if review.before else None
        return cls(**cls.said(review), reward=RewardRuleOut.stored(review.body), before=before)


class RewardOut(RewardRuleOut):
    """A reward of the catalogue. `left` null: any number; `state` draft, live or ended.

    `draft` is what it is to become once that is handed in and approved, null where nothing differs; `review` is what is
    handed in now. Both are null, as `cost` and `shares`, for a key without `rewards:write`, `rewards:approve` or a scope of
    accounts, and for one of some stations.
    """

    state: RewardState
    left: int | None
    open: int
    redeemed_month: int
    edited_at: datetime
    edited_by: str
    draft: RewardRuleOut | None
    review: RewardReviewOut | None

    @classmethod
    def of(cls, line: RewardLine) -> "RewardOut":
        known = line.known
        return cls(
            **cls.said(known.reward),
            state=known.state,
            left=line.left,
            open=line.open,
            redeemed_month=line.redeemed_month,
            edited_at=known.edited_at,
            edited_by=known.edited_by,
            draft=RewardRuleOut(**cls.said(known.draft)) if known.draft else None,
            review=RewardReviewOut.of(line.review) if line.review else None,
        )

    @classmethod
    def shown(cls, line: RewardLine, actor: Actor) -> "RewardOut":
        """The reward with what this actor may see of it."""
        said = cls.of(line)
        if actor.may_everywhere(permissions.VIEW_COSTS):
            return said
        return said.model_copy(update={"cost": None, "shares": None, "draft": None, "review": None})


class ReasonOut(Schema):
    """What is in the way: a stable code, and words to read, by language ("en", "zh-Hans") in `words`."""

    code: str
    text: str
    words: dict[str, str]

    @classmethod
    def of(cls, refusal: Refusal, reward: Reward, asking: Asking) -> "ReasonOut":
        words = in_languages(lambda: rules.refusal_text(refusal, reward, asking))
        return cls(code=refusal.value, text=rules.refusal_text(refusal, reward, asking), words=words)


class ChoiceOut(Schema):
    """A reward as a customer sees it. `missing_points` is 0 who has enough; `reasons` is empty when it can be redeemed.

    `left` null: any number. `needs_strong_identity`: a telephone number alone is not enough at a till.
    """

    code: str
    name: str
    description: str
    picture: str
    kind: RewardKind
    points: int
    money: Figure
    valid_until: date | None
    days_good: int
    stations: list[str]
    left: int | None
    needs_strong_identity: bool
    is_redeemable: bool
    missing_points: int
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, choice: Choice, named: Reward, asking: Asking) -> "ChoiceOut":
        """A choice; `named` and `asking` say what is in the way, with names in the place of codes."""
        reward = choice.known.reward
        names = ("code", "name", "description", "picture", "kind", "points", "money", "valid_until", "days_good")
        return cls(
            **{name: getattr(reward, name) for name in names},
            stations=list(reward.stations),
            left=choice.left,
            needs_strong_identity=rules.wants_strong_identity(reward),
            is_redeemable=choice.is_redeemable,
            missing_points=choice.missing_points,
            reasons=[ReasonOut.of(refusal, named, asking) for refusal in choice.refusals],
        )


class EndBody(Body):
    """Why it is taken out of the catalogue."""

    reason: Annotated[str, StringConstraints(max_length=200)] = ""


class StockBody(Body):
    """Pieces that arrived (negative: that were taken away), or with `is_count` what was counted; and why."""

    pieces: Annotated[int, Field(ge=-10_000_000, le=10_000_000, strict=True)]
    reason: Reason
    station: StationCode = ""
    is_count: bool = False


class StockOut(Schema):
    """What is left at a station, or in the stock for all where `station` is empty."""

    station: str
    left: int

    @classmethod
    def of(cls, line: StockLine) -> "StockOut":
        return cls(station=line.station, left=line.left)


class CostOut(Schema):
    """What a reward that was handed over cost one funder."""

    reward: str
    reward_name: str
    funder: str
    pieces: int
    points: int
    cost: Figure
