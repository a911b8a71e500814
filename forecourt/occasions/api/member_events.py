"""Routes of member events: what there is, signing up, checking in."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from forecourt.customers import queries as customers
from forecourt.kernel.schemas import (
    Body,
    Cursor,
    Id,
    Instant,
    KeyedRequest,
    Limit,
    Page,
    Text,
    cursor_of,
    needs,
    position_of,
)
from forecourt.occasions import permissions, queries, services
from forecourt.occasions.values import CheckedIn, EventState, MemberEventView, NewMemberEvent, SignUpState, SignUpView
from forecourt.organisation import queries as organisation

router = Router()

Word = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Count = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]


class EventBody(Body):
    """An event for members, at a `station` (a code) or another `place`.

    Sign-ups from `opens_at` (at once unless given) until `closes_at` (the beginning unless given). `places` 0: any number.
    `tiers` and `tags` (one of them) are who may sign up, everybody where empty. `points` are for attending, `cost` is points
    to sign up.
    """

    title: Annotated[Text, Field(max_length=80)]
    text: Annotated[str, StringConstraints(max_length=4000)] = ""
    station: Annotated[str, StringConstraints(max_length=32)] = ""
    place: Annotated[str, StringConstraints(max_length=200)] = ""
    starts_at: Instant
    ends_at: Instant
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    places: Annotated[int, Field(ge=0, le=100_000, strict=True)] = 0
    has_waiting_list: Annotated[bool, Field(strict=True)] = True
    tiers: Annotated[list[Word], Field(max_length=50)] = []
    tags: Annotated[list[Word], Field(max_length=50)] = []
    points: Count = 0
    cost: Count = 0

    def to_value(self) -> NewMemberEvent:
        return NewMemberEvent(**dict(self) | {"tiers": tuple(self.tiers), "tags": tuple(self.tags)})


class MemberEventOut(Schema):
    """An event as it stands. `left` is null where places are not limited."""

    id: int
    title: str
    text: str
    station: str | None
    place: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime | None
    closes_at: datetime
    places: int
    left: int | None
    has_waiting_list: bool
    tiers: list[str]
    tags: list[str]
    points: int
    cost: int
    state: EventState
    going: int
    waiting: int
    attended: int
    absent: int

    @classmethod
    def of(cls, view: MemberEventView, codes: dict[int, str]) -> "MemberEventOut":
        values: dict[str, Any] = {name: getattr(view, name) for name in cls.model_fields if name != "station"}
        return cls.model_validate(values | {"station": codes.get(view.station_id or 0)})


class SignUpOut(Schema):
    """A sign-up. `code` is what the member shows at the event; `place_in_line` counts from 1 for who waits, else 0.

    `has_priority`: the member's tier is served first, and moves up before those who signed up earlier without that.
    """

    id: int
    event_id: int
    title: str
    starts_at: datetime
    customer_id: int
    state: SignUpState
    code: str
    signed_at: datetime
    moved_up_at: datetime | None
    attended_at: datetime | None
    reason: str
    cost: int
    points: int
    place_in_line: int
    has_priority: bool

    @classmethod
    def of(cls, view: SignUpView) -> "SignUpOut":
        return cls.model_validate({name: getattr(view, name) for name in cls.model_fields})


class SignUpBody(Body):
    """Who signs up."""

    customer_id: Annotated[Id, Field(strict=True)]


class CheckInBody(Body):
    """The code of the sign-up, or a telephone number, plate, card or customer number."""

    code: Annotated[Text, Field(min_length=1, max_length=64)]


class MemberCancelBody(Body):
    reason: Annotated[Text, Field(min_length=1, max_length=200)]


class CheckedInOut(Schema):
    """Who came, and the points that gave: none for who had been checked in before."""

    sign_up: SignUpOut
    points: int
    was_there: bool

    @classmethod
    def of(cls, done: CheckedIn) -> "CheckedInOut":
        return cls(sign_up=SignUpOut.of(done.sign_up), points=done.points, was_there=done.was_there)


@router.get(
    "/member-events",
    response=Page[MemberEventOut],
    operation_id="member_events_list",
    summary="Events for members",
    openapi_extra=needs("occasions:read"),
)
def list_events(
    request: KeyedRequest,
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
        is_ahead=is_ahead,
        before=position_of(cursor, [datetime, int]),
        limit=limit + 1,
    )
    codes = _codes(found)
    last = found[limit - 1] if len(found) > limit else None
    return Page[MemberEventOut](
        items=[MemberEventOut.of(view, codes) for view in found[:limit]],
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
    """Members see it once it is announced."""
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
    return _event(event_id)


@router.put(
    "/member-events/{event_id}",
    response=MemberEventOut,
    operation_id="member_events_change",
    summary="Say everything about an event anew",
    openapi_extra=needs("occasions:write"),
)
def change_event(request: KeyedRequest, event_id: Id, event: EventBody) -> MemberEventOut:
    """More places go to those who wait."""
    services.change_event(request.actor, event_id, event.to_value())
    return _event(event_id)


@router.post(
    "/member-events/{event_id}/announce",
    response=MemberEventOut,
    operation_id="member_events_announce",
    summary="Announce an event",
    openapi_extra=needs("occasions:write"),
)
def open_event(request: KeyedRequest, event_id: Id) -> MemberEventOut:
    services.open_event(request.actor, event_id)
    return _event(event_id)


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
    """Gives the points for attending, once."""
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
    view = queries.member_event(event_id)
    return MemberEventOut.of(view, _codes([view]))


def _codes(views: list[MemberEventView]) -> dict[int, str]:
    wanted = {view.station_id for view in views if view.station_id is not None}
    return {facts.id: facts.code for facts in organisation.stations_by_id(wanted).values()} if wanted else {}
