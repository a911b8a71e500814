"""What is sent and answered about the rules of all offers: how they combine, and margin floors."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from ninja import Schema
from pydantic import Field, StringConstraints

from forecourt.kernel.schemas import Body, Figure, ReviewedOut
from forecourt.kernel.values import Review
from forecourt.offers import queries
from forecourt.offers.queries import FloorsDraft, FloorView, PolicyDraft, PolicyView
from forecourt.offers.rules.flooring import MOST_CHANGES
from forecourt.offers.rules.language import Policy
from forecourt.offers.values import FloorChange, RuleState

ProductCode = Annotated[str, StringConstraints(min_length=1, max_length=32)]
StationCode = Annotated[str, StringConstraints(max_length=32)]


class OfferPolicyBody(Body):
    """How all offers combine: at most so many in a sale (0: any number), at most so many percent off any product."""

    most_offers: Annotated[int, Field(ge=0, le=100, strict=True)] = 0
    most_percent: Figure = Decimal(100)

    def to_value(self) -> Policy:
        return Policy(most_offers=self.most_offers, most_percent=self.most_percent)


class OfferPolicyRuleOut(Schema):
    """How all offers combine. `most_offers` 0: any number."""

    most_offers: int
    most_percent: Figure

    @classmethod
    def of(cls, policy: Policy) -> "OfferPolicyRuleOut":
        return cls(most_offers=policy.most_offers, most_percent=policy.most_percent)


class OfferPolicyOut(OfferPolicyRuleOut):
    """How all offers combine from a moment on; null where nobody has decided it yet and anything goes."""

    valid_from: datetime | None
    published_at: datetime | None
    published_by: str

    @staticmethod
    def said(view: PolicyView) -> dict[str, Any]:
        """The members of this schema."""
        rule = {name: getattr(view.policy, name) for name in OfferPolicyRuleOut.model_fields}
        return rule | {name: getattr(view, name) for name in ("valid_from", "published_at", "published_by")}


class OfferPolicyLineOut(OfferPolicyOut):
    """A line of the history of how offers combine; `version` names it where one that was announced is withdrawn."""

    version: int
    state: RuleState
    withdrawn_at: datetime | None
    withdrawn_by: str

    @classmethod
    def of_line(cls, view: PolicyView) -> "OfferPolicyLineOut":
        more = {name: getattr(view, name) for name in ("version", "state", "withdrawn_at", "withdrawn_by")}
        return cls(**cls.said(view), **more)


class OfferPolicyReviewOut(ReviewedOut):
    """A policy that was handed in, what held `before`, and what was decided. `valid_from` null: as soon as approved."""

    policy: OfferPolicyRuleOut
    before: OfferPolicyRuleOut
    valid_from: datetime | None

    @classmethod
    def of(cls, review: Review) -> "OfferPolicyReviewOut":
        handed_in = queries.policy_handed_in(review)
        before = queries.policy_of(review.before)
        return cls(
            **cls.said(review),
            policy=OfferPolicyRuleOut.of(handed_in.policy),
            before=OfferPolicyRuleOut.of(before),
            valid_from=handed_in.valid_from,
        )


class OfferPolicyDraftOut(Schema):
    """What the policy is to become; all null where nothing is drafted. `review` is what is handed in now."""

    policy: OfferPolicyRuleOut | None = None
    edited_at: datetime | None = None
    edited_by: str = ""
    review: OfferPolicyReviewOut | None = None

    @classmethod
    def of(cls, draft: PolicyDraft | None) -> "OfferPolicyDraftOut":
        if draft is None:
            return cls()
        return cls(
            policy=OfferPolicyRuleOut.of(draft.policy),
            edited_at=draft.edited_at,
            edited_by=draft.edited_by,
            review=OfferPolicyReviewOut.of(draft.review) if draft.review else None,
        )


class FloorBody(Body):
    """What is to become of the floor of a product, at a station or, with none named, everywhere.

    `margin`: what offers must leave of a unit over its cost, in the currency; below zero: so much may be lost. Null: the floor
    ends; at a station, the one of everywhere holds again.
    """

    product: ProductCode
    station: StationCode = ""
    margin: Figure | None

    def to_value(self) -> FloorChange:
        return FloorChange(**dict(self))


class FloorsBody(Body):
    """Changes of floors, all that are drafted: none throws the draft away."""

    changes: Annotated[list[FloorBody], Field(max_length=MOST_CHANGES)]


class FloorChangeOut(Schema):
    """A floor; `margin` null: none. `station` is empty everywhere."""

    product: str
    station: str
    margin: Figure | None

    @classmethod
    def of(cls, change: FloorChange) -> "FloorChangeOut":
        return cls(**msgspec.structs.asdict(change))


class FloorOut(FloorChangeOut):
    """A floor from a moment on. Offers stop where a unit would leave less over its cost as of the sale."""

    name: str
    valid_from: datetime
    set_at: Annotated[datetime | None, Field(description="Null for those set before this was noted.")]
    set_by: str

    @classmethod
    def of(cls, view: FloorView) -> "FloorOut":  # type: ignore[override]
        return cls(**{name: getattr(view, name) for name in cls.model_fields})


class FloorLineOut(FloorOut):
    """A line of the history of floors; `margin` null: it ended then. `version` names it to be withdrawn."""

    version: int
    state: RuleState
    withdrawn_at: datetime | None
    withdrawn_by: str


class FloorsReviewOut(ReviewedOut):
    """Changes of floors that were handed in, the same floors `before`, and what was decided."""

    changes: list[FloorChangeOut]
    before: list[FloorChangeOut]
    valid_from: datetime | None

    @classmethod
    def of(cls, review: Review) -> "FloorsReviewOut":
        handed_in = queries.floors_handed_in(review)
        return cls(
            **cls.said(review),
            changes=[FloorChangeOut.of(one) for one in handed_in.changes],
            before=[FloorChangeOut.of(one) for one in queries.floors_before(review)],
            valid_from=handed_in.valid_from,
        )


class FloorsDraftOut(Schema):
    """What floors are to become; no changes where nothing is drafted. `review` is what is handed in now."""

    changes: list[FloorChangeOut] = []
    edited_at: datetime | None = None
    edited_by: str = ""
    review: FloorsReviewOut | None = None

    @classmethod
    def of(cls, draft: FloorsDraft | None) -> "FloorsDraftOut":
        if draft is None:
            return cls()
        return cls(
            changes=[FloorChangeOut.of(one) for one in draft.changes],
            edited_at=draft.edited_at,
            edited_by=draft.edited_by,
            review=FloorsReviewOut.of(draft.review) if draft.review else None,
        )
