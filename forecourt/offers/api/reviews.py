"""Routes of drafts that are handed in, and what somebody else decides."""

from django.http import HttpResponse
from ninja import Router

from forecourt.kernel.review_routes import review_routes
from forecourt.kernel.schemas import DatedHandInBody, KeyedRequest, SendBackBody, needs
from forecourt.offers import queries, services
from forecourt.offers.api.schemas import (
    OfferOut,
    OffersInReview,
    PathCode,
    encoded,
    offer_out,
)

router = Router()
step = review_routes(router, "/offers/{code}", "offers", OfferOut, write="offers:write", approve="offers:approve")


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


@step("submit", "Hand an offer in for review")
def submit_offer(request: KeyedRequest, code: PathCode, body: DatedHandInBody) -> HttpResponse:
    services.submit_offer(request.actor, code, body.note, valid_from=body.valid_from)
    return offer_out(request, code)


@step("withdraw", "Take an offer back that was handed in")
def withdraw_offer(request: KeyedRequest, code: PathCode) -> HttpResponse:
    """Before it is decided; it can be edited again."""
    services.withdraw_offer(request.actor, code)
    return offer_out(request, code)


@step("approve", "Approve an offer")
def approve_offer(request: KeyedRequest, code: PathCode) -> HttpResponse:
    """By another than who handed it in."""
    services.approve_offer(request.actor, code)
    return offer_out(request, code)


@step("refuse", "Send an offer back")
def refuse_offer(request: KeyedRequest, code: PathCode, body: SendBackBody) -> HttpResponse:
    services.refuse_offer(request.actor, code, body.reason)
    return offer_out(request, code)
