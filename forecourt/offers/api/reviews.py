"""Routes of drafts that are handed in, and what somebody else decides."""

from datetime import datetime

from django.http import HttpResponse
from ninja import Router

from forecourt.kernel.schemas import KeyedRequest, needs
from forecourt.offers import services
from forecourt.offers.api.schemas import OfferNoteBody, OfferOut, OfferReasonBody, PathCode, offer_out

router = Router()


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
    return offer_out(request, code)


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
    return offer_out(request, code)


@router.post(
    "/offers/{code}/refuse",
    response={200: OfferOut},
    operation_id="offers_refuse",
    summary="Send an offer back",
    openapi_extra=needs("offers:approve"),
)
def refuse_offer(request: KeyedRequest, code: PathCode, body: OfferReasonBody) -> HttpResponse:
    services.refuse_offer(request.actor, code, body.reason)
    return offer_out(request, code)
