"""The rules of gifts and referrals as the API reads and tells them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from ninja import Schema
from pydantic import Field, StringConstraints

from forecourt.kernel.schemas import Body, Figure, ReviewedOut
from forecourt.kernel.values import Review
from forecourt.occasions import queries
from forecourt.occasions.values import GiftRules, ReferralRules, Reward, RulesKind, RulesVersion, RulesView

Points = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
Template = Annotated[str, StringConstraints(max_length=40)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Words = Annotated[list[Word], Field(max_length=50)]


class GiftRulesOut(Schema):
    """A gift on a day of the member's own: points, a coupon (its template), or both.

    Given `days_before` the day, the coupon good until `days_after` it, to members of `tiers` (empty: all) who bought within
    `active_days` (0: everybody).
    """

    points: int
    template: str
    days_before: int
    days_after: int
    tiers: list[str]
    active_days: int


class GiftRulesBody(Body):
    """A whole draft; what is left out is as usual."""

    points: Points = 0
    template: Template = ""
    days_before: Annotated[int, Field(ge=0, le=60, strict=True)] = 0
    days_after: Annotated[int, Field(ge=0, le=365, strict=True)] = 14
    tiers: Words = []
    active_days: Annotated[int, Field(ge=0, le=3650, strict=True)] = 365

    def to_value(self) -> GiftRules:
        return GiftRules(**dict(self) | {"tiers": tuple(self.tiers)})


class ReferralRewardOut(Schema):
    """Points, a coupon (its template), or both."""

    points: int
    template: str


class ReferralRewardBody(Body):
    """Points, a coupon (its template), or both."""

    points: Points = 0
    template: Template = ""


class ReferralRulesOut(Schema):
    """What a member who brings another gets, what the new one gets, and what for.

    The new member's first sales (`first_sales` at most, 0: any number) within `within_days` of joining reach both minimums
    and stand unrefunded for `cooling_days`. Beyond `most_a_month` and `most_a_year` (0: no limit), where the two bought at one
    station within `minutes`, and for `staff_tags` a person decides.
    """

    referrer: ReferralRewardOut
    friend: ReferralRewardOut
    first_sales: int
    minimum_amount: Figure
    minimum_quantity: Figure
    within_days: int
    enter_days: int
    cooling_days: int
    most_a_month: int
    most_a_year: int
    minutes: int
    staff_tags: list[str]


class ReferralRulesBody(Body):
    """A whole draft; what is left out is as usual."""

    referrer: ReferralRewardBody = ReferralRewardBody()
    friend: ReferralRewardBody = ReferralRewardBody()
    first_sales: Annotated[int, Field(ge=0, le=100, strict=True)] = 0
    minimum_amount: Figure = Decimal(0)
    minimum_quantity: Figure = Decimal(0)
    within_days: Annotated[int, Field(ge=1, le=365, strict=True)] = 30
    enter_days: Annotated[int, Field(ge=0, le=365, strict=True)] = 7
    cooling_days: Annotated[int, Field(ge=0, le=90, strict=True)] = 7
    most_a_month: Annotated[int, Field(ge=0, le=10_000, strict=True)] = 5
    most_a_year: Annotated[int, Field(ge=0, le=100_000, strict=True)] = 20
    minutes: Annotated[int, Field(ge=0, le=1440, strict=True)] = 5
    staff_tags: Words = ["staff", "员工"]

    def to_value(self) -> ReferralRules:
        sides = {name: Reward(**dict(getattr(self, name))) for name in ("referrer", "friend")}
        return ReferralRules(**dict(self) | sides | {"staff_tags": tuple(self.staff_tags)})


AnyRules = GiftRulesOut | ReferralRulesOut


class RulesVersionOut(Schema):
    """Rules as approved; `rules` null where giving was stopped, `valid_until` null while nothing takes their place.

    In force from `valid_from` until one with a higher number begins: one whose `valid_until` is not after its `valid_from`
    never was. `before` is what it took the place of.
    """

    kind: RulesKind
    version: int
    rules: AnyRules | None
    before: AnyRules | None
    valid_from: datetime
    valid_until: datetime | None
    note: str
    submitted_by: str
    published_at: datetime
    published_by: str

    @classmethod
    def of(cls, one: RulesVersion) -> "RulesVersionOut":
        names = [name for name in cls.model_fields if name not in {"rules", "before"}]
        fields: dict[str, Any] = {name: getattr(one, name) for name in names}
        return cls(**fields, rules=out_of(one.rules), before=out_of(one.before))


class RulesReviewOut(ReviewedOut):
    """Rules that were handed in, to begin at `valid_from` (null: once approved), and what was in force `before`."""

    kind: RulesKind
    rules: AnyRules
    before: AnyRules | None
    valid_from: datetime | None

    @classmethod
    def of(cls, review: Review) -> "RulesReviewOut":
        kind = RulesKind(review.key)
        proposal = queries.proposal_of(kind, review)
        before = None if review.before is None else queries.read_rules(kind, review.before)
        return cls(
            **cls.said(review),
            kind=kind,
            rules=_out(proposal.rules),
            before=out_of(before),
            valid_from=proposal.valid_from,
        )


class RulesOut(Schema):
    """The rules of a kind now: `version` in force (null before the first), versions to come, and what is in review."""

    kind: RulesKind
    version: RulesVersionOut | None
    coming: list[RulesVersionOut]
    review: RulesReviewOut | None


class _DraftOut(Schema):
    edited_at: datetime | None
    edited_by: str
    review: RulesReviewOut | None

    @staticmethod
    def said(view: RulesView) -> dict[str, Any]:
        review = RulesReviewOut.of(view.review) if view.review else None
        return {"edited_at": view.edited_at, "edited_by": view.edited_by, "review": review}


class GiftDraftOut(_DraftOut):
    """The draft of the rules of a gift, and those in force now; while `review` is open it cannot be edited."""

    rules: GiftRulesOut
    live: GiftRulesOut | None

    @classmethod
    def of(cls, view: RulesView) -> "GiftDraftOut":
        return cls.model_validate({**cls.said(view), "rules": out_of(view.draft), "live": out_of(view.live)})


class ReferralDraftOut(_DraftOut):
    """The draft of the rules of referrals, and those in force now; while `review` is open it cannot be edited."""

    rules: ReferralRulesOut
    live: ReferralRulesOut | None

    @classmethod
    def of(cls, view: RulesView) -> "ReferralDraftOut":
        return cls.model_validate({**cls.said(view), "rules": out_of(view.draft), "live": out_of(view.live)})


class StopBody(Body):
    """Why nothing more is given."""

    reason: Annotated[str, Field(max_length=1000)] = ""


def out_of(rules: GiftRules | ReferralRules | None) -> AnyRules | None:
    """Rules as they are told; null for none."""
    return None if rules is None else _out(rules)


def _out(rules: GiftRules | ReferralRules) -> AnyRules:
    said = msgspec.structs.asdict(rules)
    if isinstance(rules, GiftRules):
        return GiftRulesOut(**said | {"tiers": list(rules.tiers)})
    sides = {name: ReferralRewardOut(**msgspec.structs.asdict(said[name])) for name in ("referrer", "friend")}
    return ReferralRulesOut(**said | sides | {"staff_tags": list(rules.staff_tags)})
