"""Routes of margin floors: what holds, and the way of changes through a review."""

from typing import Annotated

from ninja import Router, Status
from pydantic import Field

from forecourt.kernel.review_routes import review_routes
from forecourt.kernel.schemas import DatedHandInBody, Id, Instant, KeyedRequest, Limit, Page, SendBackBody, needs
from forecourt.offers import permissions, queries, services
from forecourt.offers.api.ruling import (
    FloorLineOut,
    FloorOut,
    FloorsBody,
    FloorsDraftOut,
    FloorsReviewOut,
)

router = Router()
step = review_routes(
    router, "/offer-floors", "offer_floors", FloorsDraftOut, write="offers:write", approve="offers:approve"
)

ProductFilter = Annotated[str, Field(max_length=32, description="A product's code; all of them unless given.")]


def _drafted(request: KeyedRequest) -> FloorsDraftOut:
    request.actor.require(permissions.VIEW_OFFERS)
    return FloorsDraftOut.of(queries.draft_floors())


@router.get(
    "/offer-floors",
    response=Page[FloorOut],
    operation_id="offer_floors_list",
    summary="Margin floors in force",
    openapi_extra=needs("offers:read"),
)
def list_floors(request: KeyedRequest, product: ProductFilter = "", at: Instant | None = None) -> Page[FloorOut]:
    """Now or at a moment, all at once, those at the key's stations and everywhere; everywhere last of each product."""
    found = queries.floors_at(request.actor, at, product=product)
    return Page[FloorOut](items=[FloorOut.of(one) for one in found])


@router.get(
    "/offer-floors/history",
    response=Page[FloorLineOut],
    operation_id="offer_floors_history",
    summary="Margin floors over time",
    openapi_extra=needs("offers:read"),
)
def list_history(request: KeyedRequest, product: ProductFilter = "", limit: Limit = 50) -> Page[FloorLineOut]:
    """What is to come first; those that ended too; at most `limit`, one page only."""
    found = queries.floor_history(request.actor, product=product, limit=limit)
    return Page[FloorLineOut](items=[FloorLineOut.of(one) for one in found])


@router.post(
    "/offer-floors/versions/{version}/withdraw",
    response={204: None},
    operation_id="offer_floors_version_withdraw",
    summary="Withdraw changes of margin floors before they hold",
    openapi_extra=needs("offers:approve"),
)
def withdraw_version(request: KeyedRequest, version: Id) -> Status[None]:
    """All that were announced with it, for they were handed in together; what holds by then goes on. 409 once they hold or will
    within a minute, or while others are in review.
    """
    services.withdraw_announced_floors(request.actor, version)
    return Status(204, None)


@router.get(
    "/offer-floors/draft",
    response=FloorsDraftOut,
    operation_id="offer_floors_draft",
    summary="What margin floors are to become",
    openapi_extra=needs("offers:read"),
)
def get_draft(request: KeyedRequest) -> FloorsDraftOut:
    """And what is in review now."""
    return _drafted(request)


@router.put(
    "/offer-floors/draft",
    response=FloorsDraftOut,
    operation_id="offer_floors_change",
    summary="Draft changes of margin floors",
    openapi_extra=needs("offers:write"),
)
def change_draft(request: KeyedRequest, body: FloorsBody) -> FloorsDraftOut:
    """All of them: this takes the place of what was drafted. They are handed in and hold together."""
    services.draft_floors(request.actor, [change.to_value() for change in body.changes])
    return _drafted(request)


@step("submit", "Hand changes of margin floors in for review")
def submit(request: KeyedRequest, body: DatedHandInBody) -> FloorsDraftOut:
    """It cannot be edited until that is decided or withdrawn."""
    services.submit_floors(request.actor, body.note, valid_from=body.valid_from)
    return _drafted(request)


@step("withdraw", "Take changes of margin floors back that was handed in")
def withdraw(request: KeyedRequest) -> FloorsDraftOut:
    services.withdraw_floors(request.actor)
    return _drafted(request)


@step("approve", "Approve changes of margin floors")
def approve(request: KeyedRequest) -> FloorsDraftOut:
    """By another than who handed it in. It holds from the moment it was meant for, at the earliest from now."""
    services.approve_floors(request.actor)
    return _drafted(request)


@step("refuse", "Send changes of margin floors back")
def refuse(request: KeyedRequest, body: SendBackBody) -> FloorsDraftOut:
    services.refuse_floors(request.actor, body.reason)
    return _drafted(request)


@router.get(
    "/offer-floors/reviews",
    response=list[FloorsReviewOut],
    operation_id="offer_floors_reviews",
    summary="What was decided about changes of margin floors",
    openapi_extra=needs("offers:read"),
)
def list_reviews(request: KeyedRequest) -> list[FloorsReviewOut]:
    """The latest first."""
    return [FloorsReviewOut.of(review) for review in queries.decided_floors(request.actor)]
