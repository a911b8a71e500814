"""Routes of offers. An offer's JSON is the rule language's own; its JSON Schema is at /offers/schema."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec.structs import replace
from ninja import Path, Router, Schema
from pydantic import Field

from forecourt.kernel.schemas import Body, Figure, Instant, KeyedRequest, Limit, Page, needs
from forecourt.offers import queries, services
from forecourt.offers.queries import OfferView
from forecourt.offers.rules import language
from forecourt.offers.values import Measure, OfferState, Per

router = Router()

PathCode = Annotated[str, Path(min_length=1, max_length=40)]
_OFFER: Final[dict[str, Any]] = {
    "type": "object",
    "description": "An offer in the rule language; its schema is at /offers/schema.",
    "required": ["code", "name", "then"],
    "properties": {"code": {"type": "string"}, "name": {"type": "string"}, "then": {"type": "array", "minItems": 1}},
}
_BODY: Final[dict[str, Any]] = {"requestBody": {"required": True, "content": {"application/json": {"schema": _OFFER}}}}
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


class OfferVersionOut(Schema):
    """What an offer says from `valid_from` on; null: not in force."""

    number: int
    valid_from: datetime
    offer: OfferRuleOut | None
    published_at: datetime
    published_by: str
    note: str


class OfferVersions(Schema):
    """Versions, the newest first."""

    items: list[OfferVersionOut]


def _json(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(_encoder.encode(value), status=status, content_type="application/json")


class OfferNoteBody(Body):
    """A note for who decides; `valid_from`: when it is to begin, as soon as it is approved unless given."""

    note: Annotated[str, Field(max_length=1000)] = ""
    valid_from: Instant | None = None


class OfferReasonBody(Body):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


def _offer(request: KeyedRequest, code: str, status: int = 200) -> HttpResponse:
    found = queries.offer(request.actor, code)
    return _json(replace(found, advice=queries.advice(found.draft)), status)


@router.get(
    "/offers/schema",
    response={200: None},
    operation_id="offers_schema",
    summary="The rule language as JSON Schema",
    openapi_extra=needs("offers:read"),
)
def get_schema(request: HttpRequest) -> HttpResponse:
    return _json(language.schema())


@router.get(
    "/offers/terms",
    response={200: None},
    operation_id="offers_terms",
    summary="Every condition and effect, with labels and fields, for a builder",
    openapi_extra=needs("offers:read"),
)
def get_terms(request: HttpRequest) -> HttpResponse:
    """In the language of Accept-Language."""
    return _json(language.catalogue())


@router.get(
    "/offers",
    response={200: Page[OfferOut]},
    operation_id="offers_list",
    summary="List offers",
    openapi_extra=needs("offers:read"),
)
def list_offers(
    request: KeyedRequest,
    limit: Limit = 50,
    cursor: Annotated[str, Field(max_length=40, description="`next` of the page before.")] = "",
    text: Annotated[str, Field(max_length=80, description="Part of the code or the name.")] = "",
    state: OfferState | None = None,
) -> HttpResponse:
    """In the order of their codes."""
    found = queries.list_offers(
        request.actor, text=text, state=state.value if state else "", after=cursor, limit=limit + 1
    )
    page: list[OfferView] = found[:limit]
    return _json({"items": page, "next": page[-1].code if len(found) > limit else None})


@router.post(
    "/offers",
    response={201: OfferOut},
    operation_id="offers_create",
    summary="Draft an offer",
    openapi_extra=needs("offers:write", idempotent=True, **_BODY),
)
def create_offer(request: KeyedRequest) -> HttpResponse:
    """Nothing takes effect until it is handed in and approved."""
    offer = language.decode(request.body)
    services.make_offer(request.actor, offer)
    return _offer(request, offer.code, 201)


@router.get(
    "/offers/{code}",
    response={200: OfferOut},
    operation_id="offers_get",
    summary="An offer",
    openapi_extra=needs("offers:read"),
)
def get_offer(request: KeyedRequest, code: PathCode) -> HttpResponse:
    """Its draft, its state, and the review that is open."""
    return _offer(request, code)


@router.get(
    "/offers/{code}/versions",
    response={200: OfferVersions},
    operation_id="offers_versions",
    summary="What an offer said, and when",
    openapi_extra=needs("offers:read"),
)
def list_versions(request: KeyedRequest, code: PathCode) -> HttpResponse:
    """The newest first."""
    queries.offer(request.actor, code)
    return _json({"items": queries.versions(request.actor, code)})


@router.put(
    "/offers/{code}",
    response={200: OfferOut},
    operation_id="offers_update",
    summary="Change an offer's draft",
    openapi_extra=needs("offers:write", **_BODY),
)
def update_offer(request: KeyedRequest, code: PathCode) -> HttpResponse:
    """What is in force stays until the draft is approved."""
    services.change_offer(request.actor, code, language.decode(request.body))
    return _offer(request, code)


@router.post(
    "/offers/{code}/submit",
    response={200: OfferOut},
    operation_id="offers_submit",
    summary="Hand an offer in for review",
    openapi_extra=needs("offers:write"),
)
def submit_offer(request: KeyedRequest, code: PathCode, body: OfferNoteBody) -> HttpResponse:
    starts: datetime | None = body.valid_from
    services.submit_offer(request.actor, code, body.note, valid_from=starts)
    return _offer(request, code)


@router.post(
    "/offers/{code}/approve",
    response={200: OfferOut},
    operation_id="offers_approve",
    summary="Approve an offer",
    openapi_extra=needs("offers:approve"),
)
def approve_offer(request: KeyedRequest, code: PathCode) -> HttpResponse:
    """By another than who handed it in."""
    services.approve_offer(request.actor, code)
    return _offer(request, code)


@router.post(
    "/offers/{code}/refuse",
    response={200: OfferOut},
    operation_id="offers_refuse",
    summary="Send an offer back",
    openapi_extra=needs("offers:approve"),
)
def refuse_offer(request: KeyedRequest, code: PathCode, body: OfferReasonBody) -> HttpResponse:
    services.refuse_offer(request.actor, code, body.reason)
    return _offer(request, code)


@router.post(
    "/offers/{code}/pause",
    response={200: OfferOut},
    operation_id="offers_pause",
    summary="Pause an offer",
    openapi_extra=needs("offers:write"),
)
def pause_offer(request: KeyedRequest, code: PathCode) -> HttpResponse:
    """From now on; sales that occurred before keep it."""
    services.pause_offer(request.actor, code)
    return _offer(request, code)


@router.post(
    "/offers/{code}/resume",
    response={200: OfferOut},
    operation_id="offers_resume",
    summary="Resume a paused offer",
    openapi_extra=needs("offers:write"),
)
def resume_offer(request: KeyedRequest, code: PathCode) -> HttpResponse:
    services.resume_offer(request.actor, code)
    return _offer(request, code)


@router.post(
    "/offers/{code}/end",
    response={200: OfferOut},
    operation_id="offers_end",
    summary="End an offer",
    openapi_extra=needs("offers:write"),
)
def end_offer(request: KeyedRequest, code: PathCode) -> HttpResponse:
    """For good."""
    services.end_offer(request.actor, code)
    return _offer(request, code)
