"""The programme as the API reads and tells it: in force, drafted, handed in, published."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from ninja import Schema
from pydantic import Field, StringConstraints

from forecourt.kernel import clock
from forecourt.kernel.schemas import Body, DatedHandInBody, Figure
from forecourt.loyalty import queries, services, words
from forecourt.loyalty.values import (
    Draft,
    Edition,
    Every,
    Expiry,
    NegativeBalance,
    Per,
    Programme,
    Review,
    SpendBy,
    TierBasis,
)

MOST = 10_000_000

Name = Annotated[str, StringConstraints(max_length=80)]
Short = Annotated[str, StringConstraints(max_length=32)]
Days = Annotated[int, Field(ge=0, le=3660, strict=True)]
Points = Annotated[int, Field(ge=0, le=MOST, strict=True)]


class EarnRateOut(Schema):
    """Points a line earns per unit or per unit of currency, where everything that is given matches."""

    code: str
    name: str
    points: Figure
    per: Per
    product: str
    category: str
    kind: str
    family: str
    stations: list[str]
    tender: str


class EarnRateBody(Body):
    """An earn rate; what is left out matches all."""

    code: Short
    name: Name = ""
    points: Figure
    per: Per
    product: Short = ""
    category: Annotated[str, StringConstraints(max_length=200)] = ""
    kind: Short = ""
    family: Short = ""
    stations: Annotated[list[Short], Field(max_length=1000)] = []
    tender: Annotated[str, StringConstraints(max_length=24)] = ""


class TierCouponBody(Body):
    """A coupon that a tier brings: the template's code, and how often."""

    template: Annotated[str, StringConstraints(max_length=40)]
    every: Every = Every.ENTRY


class TierOut(Schema):
    """A tier, from `threshold` of the programme's basis, kept at `keep` of what keeps tiers (null: the same); 100% changes
    nothing.
    """

    code: str
    name: str
    threshold: Figure
    keep: Figure | None
    multiplier_percent: int
    fuel_discount: Figure
    shop_percent: Figure
    coupons: list[TierCouponBody]
    is_priority: bool
    perks: str


class TierBody(Body):
    """A tier of the draft."""

    code: Short
    name: Name
    threshold: Figure
    keep: Figure | None = None
    multiplier_percent: Annotated[int, Field(ge=0, le=MOST, strict=True)] = 100
    fuel_discount: Figure = Decimal(0)
    shop_percent: Figure = Decimal(0)
    coupons: Annotated[list[TierCouponBody], Field(max_length=50)] = []
    is_priority: bool = False
    perks: Annotated[str, StringConstraints(max_length=400)] = ""


class ProgrammeOut(Schema):
    """The rules. Version 0 is a draft, or a programme that was never published and gives nothing.

    Tiers are entered by `tier_basis` over `tier_window_days`, and kept by `keep_basis` over `keep_window_days` (null: by the
    same that they are entered by).
    """

    version: int
    name: str
    rates: list[EarnRateOut]
    tiers: list[TierOut]
    tier_basis: TierBasis
    tier_window_days: int
    keep_basis: TierBasis | None
    keep_window_days: int
    grace_days: int
    warn_days: int
    business_tier: str
    expiry: Expiry
    year_ends: str
    points_life_months: int
    pending_days: int
    negative_balance: NegativeBalance
    point_value: Figure
    spend_minimum: int
    spend_step: int
    spend_by: SpendBy
    adjust_limit: int
    household_shares: bool


class ProgrammeBody(Body):
    """A whole draft. With `revision`, the one it was made from, a draft that somebody saved since is not overwritten."""

    revision: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] | None = None
    name: Name
    rates: Annotated[list[EarnRateBody], Field(max_length=500)] = []
    tiers: Annotated[list[TierBody], Field(max_length=20)] = []
    tier_basis: TierBasis = TierBasis.SPEND
    tier_window_days: Days = 365
    keep_basis: TierBasis | None = None
    keep_window_days: Days = 0
    grace_days: Days = 0
    warn_days: Days = 30
    business_tier: Short = ""
    expiry: Expiry = Expiry.FIXED
    year_ends: Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")] = "12-31"
    points_life_months: Annotated[int, Field(ge=0, le=1200, strict=True)] = 24
    pending_days: Days = 0
    negative_balance: NegativeBalance = NegativeBalance.OWE
    point_value: Figure = Decimal("0.01")
    spend_minimum: Points = 0
    spend_step: Points = 1
    spend_by: SpendBy = SpendBy.PROVEN
    adjust_limit: Points = 0
    household_shares: bool = False

    def to_value(self) -> Programme:
        return msgspec.convert(self.model_dump(exclude={"revision"}), Programme)


class DifferenceOut(Schema):
    """Something that reads otherwise than before, in words; `field` is empty where a whole tier or rate came or went."""

    subject: str
    field: str
    before: str
    after: str


class DraftOut(Schema):
    """The draft; `faults` say by path what keeps it from being handed in, `changes` what it says otherwise than now."""

    revision: int
    saved_at: datetime | None
    saved_by: str
    programme: ProgrammeOut
    faults: dict[str, str]
    changes: list[DifferenceOut]

    @classmethod
    def of(cls, draft: Draft) -> "DraftOut":
        return cls(
            revision=draft.revision,
            saved_at=draft.saved_at,
            saved_by=draft.saved_by,
            programme=out_of(draft.programme),
            faults=services.faults(draft.programme),
            changes=_changes(queries.programme_at(clock.now()), draft.programme),
        )


class SubmissionBody(DatedHandInBody):
    """What a reviewer should know, and when the programme shall take effect: null is as soon as it is approved."""

    revision: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] | None = None


class ReviewOut(Schema):
    """A programme that was handed in: open, approved (then `version` is what it became), refused or withdrawn."""

    id: int
    outcome: str
    note: str
    valid_from: datetime | None
    submitted_at: datetime
    submitted_by: str
    decided_at: datetime | None
    decided_by: str
    reason: str
    version: int | None
    programme: ProgrammeOut
    changes: list[DifferenceOut]

    @classmethod
    def of(cls, review: Review) -> "ReviewOut":
        fields = {name: getattr(review, name) for name in review.__struct_fields__ if name != "programme"}
        return cls(
            **fields,
            programme=out_of(review.programme),
            changes=_changes(queries.programme_at(review.valid_from or clock.now()), review.programme),
        )


class EditionOut(Schema):
    """A published version; `changes` are what it says otherwise than the one it takes the place of."""

    version: int
    valid_from: datetime
    published_at: datetime
    published_by: str
    submitted_by: str
    note: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    programme: ProgrammeOut
    changes: list[DifferenceOut]

    @classmethod
    def of(cls, edition: Edition) -> "EditionOut":
        fields = {
            name: getattr(edition, name) for name in edition.__struct_fields__ if name not in ("programme", "before")
        }
        return cls(
            **fields,
            version=edition.programme.version,
            programme=out_of(edition.programme),
            changes=_changes(edition.before, edition.programme),
        )


class PublishedOut(Schema):
    """The version that a programme became."""

    version: int


def out_of(programme: Programme) -> ProgrammeOut:
    """A programme as it is told."""
    return ProgrammeOut.model_validate(programme)


def _changes(before: Programme, after: Programme) -> list[DifferenceOut]:
    return [DifferenceOut(**difference._asdict()) for difference in words.differences(before, after)]
