"""What happens on occasions."""

from typing import ClassVar
from uuid import UUID

from forecourt.kernel.events import Event


class OccasionRulesPublished(Event):
    name: ClassVar[str] = "occasion.rules_published.v1"
    kind: str
    version: int


class GiftGiven(Event):
    """A gift on a day of the customer's own; `kind` is birthday or anniversary, `year` that day's."""

    name: ClassVar[str] = "gift.given.v1"
    kind: str
    year: int
    points: int
    template: str


class CouponLeftOut(Event):
    """The customer was to have a coupon, which could not be issued; `origin` is what for, as coupons name it."""

    name: ClassVar[str] = "gift.coupon_left_out.v1"
    template: str
    origin: str


class ReferralMade(Event):
    """The customer joined because of another member."""

    name: ClassVar[str] = "referral.made.v1"
    referral_id: int
    referrer_id: int


class ReferralNotMade(Event):
    """The customer joined with a referral code that counts for nothing; `reason` is a word: unknown, own, late, none."""

    name: ClassVar[str] = "referral.not_made.v1"
    code: str
    reason: str


class ReferralQualified(Event):
    """The customer, who was brought by another, bought what that asks for."""

    name: ClassVar[str] = "referral.qualified.v1"
    referral_id: int
    referrer_id: int
    sale_id: UUID


class ReferralRewarded(Event):
    """One for each of the two; `is_referrer` tells whose reward it is."""

    name: ClassVar[str] = "referral.rewarded.v1"
    referral_id: int
    is_referrer: bool
    points: int
    template: str


class ReferralRefused(Event):
    name: ClassVar[str] = "referral.refused.v1"
    referral_id: int
    referrer_id: int
    reason: str


class ReferralReversed(Event):
    """A refund took back what the referral had qualified by."""

    name: ClassVar[str] = "referral.reversed.v1"
    referral_id: int
    referrer_id: int


class MemberEventOpened(Event):
    name: ClassVar[str] = "member_event.opened.v1"
    event_id: int


class PlacesFreed(Event):
    """An event has places that those who wait may take: somebody cancelled, or there are more of them."""

    name: ClassVar[str] = "member_event.places_freed.v1"
    event_id: int


class MemberEventCancelled(Event):
    name: ClassVar[str] = "member_event.cancelled.v1"
    event_id: int


class SignedUp(Event):
    """A member signed up; `is_waiting` where no place was left. `title` is the event's, for the member's timeline."""

    name: ClassVar[str] = "member_event.signed_up.v1"
    event_id: int
    title: str
    is_waiting: bool


class MovedUp(Event):
    """Somebody who waited has a place now."""

    name: ClassVar[str] = "member_event.moved_up.v1"
    event_id: int
    title: str


class SignUpCancelled(Event):
    """A sign-up ended before the event; what it had cost was given back. `reason` is a word: member, event, points, merged."""

    name: ClassVar[str] = "member_event.sign_up_cancelled.v1"
    event_id: int
    title: str
    reason: str


class Attended(Event):
    name: ClassVar[str] = "member_event.attended.v1"
    event_id: int
    title: str
    points: int
    template: str = ""


class Missed(Event):
    """A member had a place and did not come."""

    name: ClassVar[str] = "member_event.missed.v1"
    event_id: int
    title: str
