"""What the API says of coupons and takes for them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from ninja import Schema
from pydantic import Field
from pydantic.types import StringConstraints

from forecourt.coupons.queries import BatchView, Figures, KnownTemplate, SheetsView, TemplateVersion
from forecourt.coupons.values import CouponKind, SheetsState, Template, TemplateState, Where
from forecourt.coupons.wire import PlaceOut
from forecourt.kernel.schemas import Body, Changes, Day, Figure, Id, ReviewedOut, Text
from forecourt.kernel.values import Review

TemplateCode = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]
CouponCode = Annotated[
    str, Field(min_length=1, max_length=64, description="As printed or typed: blanks and dashes count nothing.")
]
Reason = Annotated[Text, Field(min_length=1, max_length=200)]
Stations = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=32)]],
    Field(max_length=5000, description="Codes of those that hand it over; none is all."),
]
Name = Annotated[Text, Field(min_length=1, max_length=80)]
Days = Annotated[int, Field(ge=0, le=3650, strict=True)]


class TemplateFields(Schema):
    """What may be changed of a coupon; see the fields of the answer."""

    name: Name
    description: Annotated[str, Field(max_length=400)] = ""
    generic_code: Annotated[str, Field(max_length=32)] = ""
    handover: Annotated[str, Field(max_length=120)] = ""
    delay_days: Days = 0
    valid_days: Days = 30
    valid_until: Day | None = None
    uses: Annotated[int, Field(ge=1, le=1000, strict=True)] = 1
    per_customer: Annotated[int, Field(ge=0, le=100_000, strict=True)] = 0
    limit: Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)] = 0
    is_automatic: bool = False
    is_transferable: bool = False
    worth: Figure = Field(default=Decimal(0), ge=0)
    stations: Stations = []


class TemplateBody(TemplateFields, Body):
    """A template to draft."""

    code: TemplateCode
    kind: CouponKind = CouponKind.SINGLE

    def to_value(self) -> Template:
        return msgspec.convert(self.model_dump(), Template)


class TemplateChanges(TemplateFields, Changes):
    """What to change of a template's draft; what is not sent stays. Coupons issued before keep their days and uses."""

    name: Name = ""
    valid_days: Days = 0


class FiguresOut(Schema):
    """What became of a template's coupons. `used` counts uses that stand, `restored` those that were given back."""

    issued: int = 0
    seen: int = 0
    used: int = 0
    restored: int = 0
    void: int = 0
    expired: int = 0


class TemplateRuleOut(Schema):
    """What a template says. A coupon is good from `delay_days` after it was issued, for `valid_days` (0: for ever) and until
    `valid_until` at most; `limit` and `per_customer` of 0 are none. `stations` hand it over, all where none is named.
    """

    code: str
    name: str
    kind: CouponKind
    description: str
    generic_code: str
    handover: str
    delay_days: int
    valid_days: int
    valid_until: date | None
    uses: int
    per_customer: int
    limit: int
    is_automatic: bool
    is_transferable: bool
    worth: Figure
    stations: list[str]

    @staticmethod
    def said(template: Template) -> dict[str, Any]:
        """The members of this schema."""
        return msgspec.structs.asdict(template)

    @classmethod
    def stored(cls, body: Any) -> "TemplateRuleOut":
        """A template as reviews keep it."""
        return cls(**cls.said(msgspec.convert(body, Template)))


class TemplateReviewOut(ReviewedOut):
    """A template that was handed in, what held `before` (null: nothing), and what was decided."""

    template: TemplateRuleOut
    before: TemplateRuleOut | None

    @classmethod
    def of(cls, review: Review) -> "TemplateReviewOut":
        before = TemplateRuleOut.stored(review.before) if review.before else None
        return cls(**cls.said(review), template=TemplateRuleOut.stored(review.body), before=before)


class TemplateOut(TemplateRuleOut):
    """A template as it was approved, or as it is drafted where it never was. `state` draft, live or retired; `is_live`: issued.

    `places` says where offers take its coupons now, empty where none does. `draft` is what it is to become once that is handed
    in and approved, null where nothing differs; `review` is what is handed in now. Both are null for a key without
    `coupons:write` or `coupons:approve`, and for one of some stations.
    """

    state: TemplateState
    is_live: bool
    places: list[PlaceOut]
    draft: TemplateRuleOut | None = None
    review: TemplateReviewOut | None = None
    figures: FiguresOut | None = None

    @classmethod
    def of(
        cls,
        known: KnownTemplate,
        places: Sequence[Where],
        figures: Figures | None = None,
        *,
        is_told: bool = False,
        review: Review | None = None,
    ) -> "TemplateOut":
        """A template; `is_told`: with its draft and what is in review."""
        counted = FiguresOut(**{name: getattr(figures, name) for name in FiguresOut.model_fields}) if figures else None
        return cls(
            **cls.said(known.template),
            state=known.state,
            is_live=known.is_live,
            places=[PlaceOut.of(where) for where in places],
            draft=TemplateRuleOut(**cls.said(known.draft)) if is_told and known.draft else None,
            review=TemplateReviewOut.of(review) if is_told and review else None,
            figures=counted,
        )


class TemplateVersionOut(Schema):
    """What a template says from `valid_from` on, until the next version: sales that are rated as of then go by it, but for
    `limit`, which is that of now.
    """

    number: int
    valid_from: datetime
    template: TemplateRuleOut
    published_at: datetime
    published_by: str

    @classmethod
    def of(cls, version: TemplateVersion) -> "TemplateVersionOut":
        return cls(**version._asdict() | {"template": TemplateRuleOut(**TemplateRuleOut.said(version.template))})


class IssueBody(Body):
    """Whom to give a coupon of a template. The same `origin`, template and customer are issued once."""

    template: TemplateCode
    customer_ids: Annotated[list[Id], Field(min_length=1, max_length=1000)]
    origin: Annotated[
        str,
        Field(
            max_length=80,
            pattern=r"^([a-z_]+:[A-Za-z0-9_.:-]+)?$",
            description='What gives it, such as "campaign:spring"; then each customer gets it once.',
        ),
    ] = ""
    reason: Annotated[str, Field(max_length=200)] = ""


class CouponClaimBody(Body):
    """A code, and whose the coupon shall be."""

    code: CouponCode
    customer_id: Id


class CouponTransferBody(Body):
    customer_id: Id


class CouponReasonBody(Body):
    reason: Reason


class SeenBody(Body):
    coupon_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class SeenOut(Schema):
    """How many were seen for the first time."""

    seen: int


class CouponRedeemBody(Body):
    """A coupon that is handed over for what its template says, at a station (by code), without a sale."""

    code: CouponCode
    station: Annotated[str, Field(min_length=1, max_length=32)]
    customer_id: Id | None = None


class BatchBody(Body):
    """So many bearer coupons of a template, a million at most."""

    template: TemplateCode
    name: Name
    count: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]


class BatchOut(Schema):
    """A batch, of whose `count` coupons `made` are made so far; void when `voided_at` says since when."""

    id: int
    template: str
    name: str
    count: int
    made: int
    created_at: datetime
    finished_at: datetime | None
    voided_at: datetime | None
    used: int | None
    seen: int | None
    claimed: int | None

    @classmethod
    def of(cls, batch: BatchView) -> "BatchOut":
        fields = {name: getattr(batch, name) for name in cls.model_fields if name != "count"}
        return cls(**fields, count=batch.size)


class SheetsOut(Schema):
    """Sheets of a batch to print: so many of `count` coupons are `done`; "waiting", "running", "done" or "failed", and why.

    `bytes` is the size of the ZIP once it is done.
    """

    batch_id: int
    state: SheetsState
    count: int
    done: int
    bytes: int
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str

    @classmethod
    def of(cls, view: SheetsView) -> "SheetsOut":
        fields = {name: getattr(view, name) for name in cls.model_fields if name != "count"}
        return cls(**fields, count=view.size)


class SheetsBody(Body):
    """In which language the sheets are."""

    language: Literal["en", "zh-Hans"] = "zh-Hans"
