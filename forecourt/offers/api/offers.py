"""Routes of offers: drafted, and what is done with those in force."""

from typing import Annotated, Any, Final

from django.http import HttpResponse
from ninja import Router, Status
from pydantic import Field

from forecourt.kernel.schemas import KeyedRequest, Limit, Page, needs
from forecourt.offers import queries, services
from forecourt.offers.api.schemas import OfferCopyBody, OfferOut, OfferStopBody, PathCode, encoded, offer_out
from forecourt.offers.queries import OfferView
from forecourt.offers.rules import language
from forecourt.offers.values import OfferState

router = Router()

_OFFER: Final[dict[str, Any]] = {
    "type": "object",
    "description": "An offer in the rule language; its schema is at /offers/schema.",
    "required": ["code", "name", "then"],
    "properties": {"code": {"type": "string"}, "name": {"type": "string"}, "then": {"type": "array", "minItems": 1}},
}
_BODY: Final[dict[str, Any]] = {"requestBody": {"required": True, "content": {"application/json": {"schema": _OFFER}}}}


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
    return encoded({"items": page, "next": page[-1].code if len(found) > limit else None})


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
    return offer_out(request, offer.code, 201)


@router.get(
    "/offers/{code}",
    response={200: OfferOut},
    operation_id="offers_get",
    summary="An offer",
    openapi_extra=needs("offers:read"),
)
def get_offer(request: KeyedRequest, code: PathCode) -> HttpResponse:
    """Its draft, its state, and the review that is open."""
    return offer_out(request, code)


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
    return offer_out(request, code)


@router.delete(
    "/offers/{code}",
    response={204: None},
    operation_id="offers_discard",
    summary="Throw away an offer that was never in force",
    openapi_extra=needs("offers:write"),
)
def discard_offer(request: KeyedRequest, code: PathCode) -> Status[None]:
    """409 while it is in review, and once it was in force: end it then."""
    services.discard_offer(request.actor, code)
    return Status(204, None)


@router.post(
    "/offers/{code}/copy",
    response={201: OfferOut},
    operation_id="offers_copy",
    summary="Draft an offer like another",
    openapi_extra=needs("offers:write", idempotent=True),
)
def copy_offer(request: KeyedRequest, code: PathCode, body: OfferCopyBody) -> HttpResponse:
    """Its draft under another code; 409 when that is taken."""
    services.copy_offer(request.actor, code, body.code)
    return offer_out(request, body.code, 201)


@router.post(
    "/offers/{code}/pause",
    response={200: OfferOut},
    operation_id="offers_pause",
    summary="Pause an offer",
    openapi_extra=needs("offers:write"),
)
def pause_offer(request: KeyedRequest, code: PathCode, body: OfferStopBody | None = None) -> HttpResponse:
    """From now on; sales that occurred before keep it."""
    services.pause_offer(request.actor, code, body.note if body else "")
    return offer_out(request, code)


@router.post(
    "/offers/{code}/resume",
    response={200: OfferOut},
    operation_id="offers_resume",
    summary="Resume a paused offer",
    openapi_extra=needs("offers:write"),
)
def resume_offer(request: KeyedRequest, code: PathCode) -> HttpResponse:
    services.resume_offer(request.actor, code)
    return offer_out(request, code)


@router.post(
    "/offers/{code}/end",
    response={200: OfferOut},
    operation_id="offers_end",
    summary="End an offer",
    openapi_extra=needs("offers:write"),
)
def end_offer(request: KeyedRequest, code: PathCode, body: OfferStopBody | None = None) -> HttpResponse:
    """For good."""
    services.end_offer(request.actor, code, body.note if body else "")
    return offer_out(request, code)
