"""Routes of member events: what there is, signing up, checking in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from ninja import Router, Status
from pydantic import Field

from forecourt.coupons import queries as coupons
from forecourt.customers import queries as customers
from forecourt.kernel import reviews
from forecourt.kernel.review_routes import review_routes
from forecourt.kernel.schemas import (
    Cursor,
    HandInBody,
    Id,
    KeyedRequest,
    Limit,
    Page,
    SendBackBody,
    cursor_of,
    needs,
    position_of,
)
from forecourt.occasions import permissions, queries, services
from forecourt.occasions.api.event_schemas import (
    CheckedInOut,
    CheckInBody,
    EventBody,
    EventReviewOut,
    MemberCancelBody,
    MemberEventOut,
    SignUpBody,
    SignUpOut,
)
from forecourt.occasions.values import EventState, MemberEventView
from forecourt.organisation import queries as organisation

router = Router()
step = review_routes(
    router,
    "/member-events/{event_id}",
    "member_events",
    MemberEventOut,
    write="occasions:write",
    approve="occasions:approve",
)


@router.get(
    "/member-events",
    response=Page[MemberEventOut],
    operation_id="member_events_list",
    summary="Events for members",
    openapi_extra=needs("occasions:read"),
)
def list_events(
    request: KeyedRequest,
    q: Annotated[str, Field(max_length=80, description="A part of the title.")] = "",
    state: EventState | None = None,
    is_ahead: bool = False,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> Page[MemberEventOut]:
    """The latest first; with `is_ahead` those that are not over yet."""
    actor = request.actor
    actor.require(permissions.VIEW)
    found = queries.member_events(
        states=[state.value] if state else None,
        station_ids=actor.stations,
        text=q.strip(),
        is_ahead=is_ahead,
        before=position_of(cursor, [datetime, int]),
        limit=limit + 1,
    )
    last = found[limit - 1] if len(found) > limit else None
    return Page[MemberEventOut](
        items=_events(found[:limit]),
        next=cursor_of(last.starts_at, last.id) if last else None,
    )


@router.post(
    "/member-events",
    response={201: MemberEventOut},
    operation_id="member_events_create",
    summary="Prepare an event",
    openapi_extra=needs("occasions:write", idempotent=True),
)
def make_event(request: KeyedRequest, event: EventBody) -> Status[MemberEventOut]:
    """Members see it once it was handed in and somebody else has approved it."""
    return Status(201, _event(services.make_event(request.actor, event.to_value())))


@router.get(
    "/member-events/{event_id}",
    response=MemberEventOut,
    operation_id="member_events_get",
    summary="One event",
    openapi_extra=needs("occasions:read"),
)
def get_event(request: KeyedRequest, event_id: Id) -> MemberEventOut:
    request.actor.require(permissions.VIEW)
    station_id = queries.member_event(event_id).station_id
    if station_id is not None:
        request.actor.require_station(station_id)
    return _event(event_id)


@router.put(
    "/member-events/{event_id}",
    response=MemberEventOut,
    operation_id="member_events_change",
    summary="Say everything about an event anew",
    openapi_extra=needs("occasions:write"),
)
def change_event(request: KeyedRequest, event_id: Id, event: EventBody) -> MemberEventOut:
    """409 while it is in review. Once announced, its points and its cost stand and its coupon can only be taken off.

    More places go to those who wait.
    """
    services.change_event(request.actor, event_id, event.to_value())
    return _event(event_id)


@step("submit", "Hand an event in for review")
def submit_event(request: KeyedRequest, event_id: Id, body: HandInBody) -> MemberEventOut:
    """It cannot be edited until that is decided or withdrawn."""
    services.submit_event(request.actor, event_id, body.note)
    return _event(event_id)


@step("withdraw", "Take an event back that was handed in")
def withdraw_event(request: KeyedRequest, event_id: Id) -> MemberEventOut:
    services.withdraw_event(request.actor, event_id)
    return _event(event_id)


@step("approve", "Approve an event, which is announced with that")
def approve_event(request: KeyedRequest, event_id: Id) -> MemberEventOut:
    """By another than who handed it in. Members see it and may sign up."""
    services.approve_event(request.actor, event_id)
    return _event(event_id)


@step("refuse", "Send an event back")
def refuse_event(request: KeyedRequest, event_id: Id, body: SendBackBody) -> MemberEventOut:
    services.refuse_event(request.actor, event_id, body.reason)
    return _event(event_id)


@router.get(
    "/member-events/{event_id}/reviews",
    response=list[EventReviewOut],
    operation_id="member_events_reviews",
    summary="What was handed in and decided about an event",
    openapi_extra=needs("occasions:read"),
)
def list_reviews(request: KeyedRequest, event_id: Id) -> list[EventReviewOut]:
    """The latest first; `decided_at` is null for what is in review."""
    request.actor.require(permissions.VIEW)
    event = queries.member_event(event_id)
    if event.station_id is not None:
        request.actor.require_station(event.station_id)
    return [EventReviewOut.of(review) for review in queries.event_reviews(event_id)]


@router.post(
    "/member-events/{event_id}/cancel",
    response=MemberEventOut,
    operation_id="member_events_cancel",
    summary="Call an event off",
    openapi_extra=needs("occasions:write"),
)
def cancel_event(request: KeyedRequest, event_id: Id, said: MemberCancelBody) -> MemberEventOut:
    """What sign-ups cost is given back."""
    services.cancel_event(request.actor, event_id, said.reason)
    return _event(event_id)


@router.get(
    "/member-events/{event_id}/sign-ups",
    response=Page[SignUpOut],
    operation_id="sign_ups_list",
    summary="Who signed up for an event",
    openapi_extra=needs("occasions:read"),
)
def list_sign_ups(
    request: KeyedRequest, event_id: Id, limit: Limit = 50, cursor: Cursor | None = None
) -> Page[SignUpOut]:
    """In the order in which they did."""
    request.actor.require(permissions.VIEW)
    event = queries.member_event(event_id)
    if event.station_id is not None:
        request.actor.require_station(event.station_id)
    position = position_of(cursor, [int])
    found = queries.sign_ups(event_id, after=position[0] if position else None, limit=limit + 1)
    return Page[SignUpOut](
        items=[SignUpOut.of(view) for view in found[:limit]],
        next=cursor_of(found[limit - 1].id) if len(found) > limit else None,
    )


@router.post(
    "/member-events/{event_id}/sign-ups",
    response={201: SignUpOut},
    operation_id="sign_ups_create",
    summary="Sign a customer up",
    openapi_extra=needs("occasions:write", idempotent=True),
)
def sign_up(request: KeyedRequest, event_id: Id, who: SignUpBody) -> Status[SignUpOut]:
    """Onto the waiting list where no place is left. 409, saying why, for who may not or has too few points."""
    return Status(201, SignUpOut.of(services.sign_up(request.actor, event_id, who.customer_id)))


@router.delete(
    "/member-events/{event_id}/sign-ups/{customer_id}",
    response={204: None},
    operation_id="sign_ups_cancel",
    summary="Cancel a sign-up",
    openapi_extra=needs("occasions:write"),
)
def cancel_sign_up(request: KeyedRequest, event_id: Id, customer_id: Id) -> Status[None]:
    """What it cost is given back, and who waits moves up."""
    services.cancel_sign_up(request.actor, event_id, customer_id)
    return Status(204, None)


@router.post(
    "/member-events/{event_id}/check-ins",
    response=CheckedInOut,
    operation_id="check_ins_create",
    summary="Check a member in at an event",
    openapi_extra=needs("occasions:write"),
)
def check_in(request: KeyedRequest, event_id: Id, said: CheckInBody) -> CheckedInOut:
    """Gives the points and the coupon for attending, once."""
    return CheckedInOut.of(services.check_in(request.actor, event_id, said.code))


@router.get(
    "/customers/{customer_id}/sign-ups",
    response=Page[SignUpOut],
    operation_id="sign_ups_of_customer",
    summary="What a customer signed up for",
    openapi_extra=needs("occasions:read"),
)
def list_of_customer(request: KeyedRequest, customer_id: Id) -> Page[SignUpOut]:
    """The latest 200, the latest first."""
    request.actor.require(permissions.VIEW)
    return Page[SignUpOut](
        items=[SignUpOut.of(view) for view in queries.sign_ups_of(customers.family_ids(customer_id))]
    )


def _event(event_id: int) -> MemberEventOut:
    return _events([queries.member_event(event_id)])[0]


def _events(views: Sequence[MemberEventView]) -> list[MemberEventOut]:
    stations = {view.station_id for view in views if view.station_id is not None}
    codes = {facts.id: facts.code for facts in organisation.stations_by_id(stations).values()} if stations else {}
    templates = {view.template for view in views if view.template}
    names = {code: one.template.name for code, one in coupons.templates(templates).items()} if templates else {}
    waiting = {int(review.key) for review in reviews.open_reviews("event")}
    return [MemberEventOut.of(view, codes, names, waiting) for view in views]
