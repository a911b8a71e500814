"""Routes of drafts that are handed in, and what somebody else decides."""

from datetime import datetime

from django.http import HttpResponse
from ninja import Router

from forecourt.kernel.schemas import KeyedRequest, needs
from forecourt.offers import queries, services
from forecourt.offers.api.schemas import (
    OfferNoteBody,
    OfferOut,
    OfferReasonBody,
    OffersInReview,
    PathCode,
    encoded,
    offer_out,
)

router = Router()


@router.get(
    "/offer-reviews",
    response={200: OffersInReview},
    operation_id="offers_reviews",
    summary="Offers that wait for approval",
    openapi_extra=needs("offers:read"),
)
def list_reviews(request: KeyedRequest) -> HttpResponse:
    """What waits longest first; those in force whose draft was handed in too."""
    return encoded({"items": queries.open_reviews(request.actor)})


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
    "/offers/{code}/withdraw",
    response={200: OfferOut},
    operation_id="offers_withdraw",
    summary="Take an offer back that was handed in",
    openapi_extra=needs("offers:write"),
)
def withdraw_offer(request: KeyedRequest, code: PathCode) -> HttpResponse:
    """Before it is decided; it can be edited again."""
    services.withdraw_offer(request.actor, code)
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
