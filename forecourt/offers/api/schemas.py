"""What the API takes and answers about offers. An offer's JSON is the rule language's own."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from django.http import HttpResponse
from msgspec.structs import replace
from ninja import Path, Schema
from pydantic import Field

from forecourt.kernel.schemas import Body, Figure, KeyedRequest
from forecourt.offers import queries
from forecourt.offers.values import Measure, OfferState, Per

PathCode = Annotated[str, Path(min_length=1, max_length=40)]
_encoder: Final = msgspec.json.Encoder(decimal_format="string")


class OfferBudgetOut(Schema):
    """No more than `limit` of a measure for each `per`; without `per` in all."""

    measure: Measure
    limit: Figure
    per: Per = Per.TOTAL


class OfferShareOut(Schema):
    """Who pays so many percent of what the offer gives."""

    funder: str
    percent: Figure


class OfferRuleOut(Schema):
    """An offer in the rule language. What has its default is left out; conditions and effects: see /offers/schema."""

    code: str
    name: str
    text: str = ""
    when: Annotated[dict[str, Any], Field(description="A condition; in every sale unless given.")] = {}
    then: Annotated[list[dict[str, Any]], Field(description="What it gives: effects.")]
    starts: datetime | None = None
    ends: datetime | None = None
    group: str = ""
    alone: bool = False
    priority: int = 0
    worth: Figure = Decimal(0)
    floor: bool = True
    budgets: list[OfferBudgetOut] = []
    funding: Annotated[list[OfferShareOut], Field(description="The company itself unless given.")] = []


class OfferReviewOut(Schema):
    """A draft handed in, and what was decided; null while that is open."""

    id: int
    offer: OfferRuleOut
    valid_from: datetime | None
    note: str
    submitted_at: datetime
    submitted_by: str
    decided_at: datetime | None
    decided_by: str
    is_approved: bool | None
    answer: str


class OfferOut(Schema):
    """An offer: its draft, and where it stands. `is_changed`: the draft says other than what was published last."""

    id: int
    code: str
    name: str
    state: OfferState
    draft: OfferRuleOut
    edited_at: datetime
    edited_by: str
    version: Annotated[int, Field(description="That was published last; 0 for none.")]
    is_changed: bool
    review: OfferReviewOut | None
    advice: Annotated[list[str], Field(description="What the draft does that may not be meant; in no list.")] = []


class OffersInReview(Schema):
    """Offers with the review that is open of each."""

    items: list[OfferOut]


class OfferVersionOut(Schema):
    """What an offer says from `valid_from` on; null: not in force."""

    number: int
    valid_from: datetime
    offer: OfferRuleOut | None
    published_at: datetime
    published_by: str
    note: str


class OfferCopyBody(Body):
    """The code of the new offer: letters, digits, dots, dashes and underscores."""

    code: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]


class OfferStopBody(Body):
    """Why; it stands in the version and in the audit trail."""

    note: Annotated[str, Field(max_length=1000)] = ""


def encoded(value: Any, status: int = 200) -> HttpResponse:
    """A value as JSON, its figures as strings."""
    return HttpResponse(_encoder.encode(value), status=status, content_type="application/json")


def offer_out(request: KeyedRequest, code: str, status: int = 200) -> HttpResponse:
    """The offer as it stands now, with what its draft does that may not be meant."""
    found = queries.offer(request.actor, code)
    return encoded(replace(found, advice=queries.advice(found.draft)), status)
