"""Member events and sign-ups as the API reads and tells them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from forecourt.kernel.schemas import Body, Id, Instant, ReviewedOut, Text
from forecourt.kernel.values import Review
from forecourt.occasions.values import CheckedIn, EventState, MemberEventView, NewMemberEvent, SignUpState, SignUpView

Word = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Count = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]


class EventBody(Body):
    """An event for members, at a `station` (a code) or another `place`.

    Sign-ups from `opens_at` (at once unless given) until `closes_at` (the beginning unless given). `places` 0: any number.
    `tiers` and `tags` (one of them) are who may sign up, everybody where empty. Attending gives `points`, a coupon (its
    `template`), or both; `cost` is points to sign up.
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
    template: Annotated[str, StringConstraints(max_length=40)] = ""
    cost: Count = 0

    def to_value(self) -> NewMemberEvent:
        return NewMemberEvent(**dict(self) | {"tiers": tuple(self.tiers), "tags": tuple(self.tags)})


class MemberEventOut(Schema):
    """An event as it stands. `left` is null where places are not limited.

    Attending gives `points` and, where `template` is not empty, a coupon of that template; `coupon` is what members call it.
    `in_review`: it was handed in, and members see it once somebody else has approved it.
    """

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
    template: str
    coupon: str
    cost: int
    state: EventState
    in_review: bool
    going: int
    waiting: int
    attended: int
    absent: int

    @classmethod
    def of(
        cls, view: MemberEventView, stations: Mapping[int, str], coupons: Mapping[str, str], waiting: Collection[int]
    ) -> "MemberEventOut":
        """`stations` and `coupons` are codes and names by id and code, `waiting` the ids of events in review."""
        more = {
            "station": stations.get(view.station_id or 0),
            "coupon": coupons.get(view.template, ""),
            "in_review": view.id in waiting,
        }
        return cls.model_validate({name: getattr(view, name) for name in cls.model_fields.keys() - more.keys()} | more)


class ReviewedEventOut(Schema):
    """What an event said when it was handed in."""

    title: str
    text: str
    station: str
    place: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime | None
    closes_at: datetime
    places: int
    has_waiting_list: bool
    tiers: list[str]
    tags: list[str]
    points: int
    template: str
    cost: int


class EventReviewOut(ReviewedOut):
    """An event that was handed in, as it was then."""

    event_id: int
    event: ReviewedEventOut

    @classmethod
    def of(cls, review: Review) -> "EventReviewOut":
        return cls(**cls.said(review), event_id=int(review.key), event=ReviewedEventOut(**review.body))


class SignUpOut(Schema):
    """A sign-up. `code` is what the member shows at the event, which gave `points` and a coupon of `template`.

    `place_in_line` counts from 1 for who waits, else 0; `has_priority`: the member's tier is served first, and moves up before
    those who signed up earlier without that.
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
    template: str
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
    """Who came, and the points and the coupon (its template) that gave: none for who had been checked in before."""

    sign_up: SignUpOut
    points: int
    template: str
    was_there: bool

    @classmethod
    def of(cls, done: CheckedIn) -> "CheckedInOut":
        return cls(
            sign_up=SignUpOut.of(done.sign_up), points=done.points, template=done.template, was_there=done.was_there
        )
