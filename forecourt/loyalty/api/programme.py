"""Routes of the programme: what is in force, its draft, reviews and versions."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from forecourt.kernel import clock
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import Body, Figure, Id, Instant, KeyedRequest, Page, Text, needs
from forecourt.loyalty import permissions, queries, services, words
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

router = Router()

READ, WRITE, APPROVE = "points:read", "programme:write", "programme:approve"
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
            programme=_out(draft.programme),
            faults=services.faults(draft.programme),
            changes=_changes(queries.programme_at(clock.now()), draft.programme),
        )


class SubmissionBody(Body):
    """What a reviewer should know, and when the programme shall take effect: null is as soon as it is approved."""

    note: Annotated[str, StringConstraints(max_length=1000)] = ""
    valid_from: Instant | None = None
    revision: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] | None = None


class ProgrammeRefusalBody(Body):
    """Why a programme is sent back."""

    reason: Annotated[Text, Field(min_length=1, max_length=1000)]


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
            programme=_out(review.programme),
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
            programme=_out(edition.programme),
            changes=_changes(edition.before, edition.programme),
        )


class PublishedOut(Schema):
    """The version that a programme became."""

    version: int


def _out(programme: Programme) -> ProgrammeOut:
    return ProgrammeOut.model_validate(programme)


def _changes(before: Programme, after: Programme) -> list[DifferenceOut]:
    return [DifferenceOut(**difference._asdict()) for difference in words.differences(before, after)]


@router.get(
    "/programme",
    response=ProgrammeOut,
    operation_id="programme_get",
    summary="The loyalty programme in force",
    openapi_extra=needs(READ),
)
def get_programme(request: KeyedRequest) -> ProgrammeOut:
    return _out(queries.programme_at(clock.now()))


@router.get(
    "/programme/draft",
    response=DraftOut,
    operation_id="programme_draft_get",
    summary="The programme as it is being edited",
    openapi_extra=needs(WRITE),
)
def get_draft(request: KeyedRequest) -> DraftOut:
    request.actor.require(permissions.EDIT_PROGRAMME)
    return DraftOut.of(queries.draft_as_saved())


@router.put(
    "/programme/draft",
    response=DraftOut,
    operation_id="programme_draft_put",
    summary="Save the draft of the programme",
    openapi_extra=needs(WRITE),
)
def put_draft(request: KeyedRequest, draft: ProgrammeBody) -> DraftOut:
    """Puts a whole programme in the place of the draft. It may be half done: `faults` say what is left to mend."""
    return DraftOut.of(services.draft_programme(request.actor, draft.to_value(), revision=draft.revision))


@router.post(
    "/programme/submit",
    response={201: ReviewOut},
    operation_id="programme_submit",
    summary="Hand the draft in for review",
    openapi_extra=needs(WRITE, idempotent=True),
)
def submit_programme(request: KeyedRequest, submission: SubmissionBody) -> Status[ReviewOut]:
    """Answers 422 with every fault of the draft, 409 when a review is open or the draft changes nothing."""
    review_id = services.submit_programme(
        request.actor, submission.note, submission.valid_from, revision=submission.revision
    )
    return Status(201, ReviewOut.of(_review(review_id)))


@router.get(
    "/programme/reviews",
    response=Page[ReviewOut],
    operation_id="programme_reviews",
    summary="Programmes that were handed in for review",
    openapi_extra=needs(READ),
)
def list_reviews(request: KeyedRequest) -> Page[ReviewOut]:
    """The newest first, the last fifty."""
    request.actor.require(permissions.VIEW_PROGRAMME)
    return Page[ReviewOut](items=[ReviewOut.of(review) for review in queries.reviews()])


@router.post(
    "/programme/reviews/{review_id}/approve",
    response=PublishedOut,
    operation_id="programme_approve",
    summary="Approve and publish a programme",
    openapi_extra=needs(APPROVE),
)
def approve_programme(request: KeyedRequest, review_id: Id) -> PublishedOut:
    """Answers 403 to who handed it in themselves, unless the company allows that."""
    return PublishedOut(version=services.approve_programme(request.actor, review_id))


@router.post(
    "/programme/reviews/{review_id}/refuse",
    response=ReviewOut,
    operation_id="programme_refuse",
    summary="Send a programme back",
    openapi_extra=needs(APPROVE),
)
def refuse_programme(request: KeyedRequest, review_id: Id, refusal: ProgrammeRefusalBody) -> ReviewOut:
    services.refuse_programme(request.actor, review_id, refusal.reason)
    return ReviewOut.of(_review(review_id))


@router.post(
    "/programme/reviews/{review_id}/withdraw",
    response=ReviewOut,
    operation_id="programme_withdraw",
    summary="Take a programme back that waits for its review",
    openapi_extra=needs(WRITE),
)
def withdraw_programme(request: KeyedRequest, review_id: Id) -> ReviewOut:
    services.withdraw_programme(request.actor, review_id)
    return ReviewOut.of(_review(review_id))


@router.get(
    "/programme/versions",
    response=Page[EditionOut],
    operation_id="programme_versions",
    summary="Published versions of the programme",
    openapi_extra=needs(READ),
)
def list_versions(request: KeyedRequest) -> Page[EditionOut]:
    """The newest first, the last hundred, withdrawn and future ones too."""
    request.actor.require(permissions.VIEW_PROGRAMME)
    return Page[EditionOut](items=[EditionOut.of(edition) for edition in queries.published()])


@router.post(
    "/programme/versions/{version}/restore",
    response=DraftOut,
    operation_id="programme_restore",
    summary="Copy a version back into the draft",
    openapi_extra=needs(WRITE),
)
def restore_programme(request: KeyedRequest, version: Annotated[int, Field(ge=1, le=2**31 - 1)]) -> DraftOut:
    return DraftOut.of(services.restore_programme(request.actor, version))


@router.post(
    "/programme/versions/{version}/withdraw",
    response={204: None},
    operation_id="programme_version_withdraw",
    summary="Withdraw a version that has not begun",
    openapi_extra=needs(APPROVE),
)
def withdraw_version(request: KeyedRequest, version: Annotated[int, Field(ge=1, le=2**31 - 1)]) -> Status[None]:
    services.withdraw_version(request.actor, version)
    return Status(204, None)


def _review(review_id: int) -> Review:
    review = queries.review(review_id)
    if review is None:
        raise NotFound(f"There is no review {review_id} of the programme.")
    return review
