"""Whose a promise is, what it makes of a sale, and what it holds of a member's own limits."""

from collections.abc import Collection, Mapping
from uuid import UUID

from msgspec.structs import replace

from forecourt.coupons.values import Coupon, CouponStatus
from forecourt.kernel.money import ZERO
from forecourt.sales.values import Award, Flag, Hold, KnownSale, Outcome, Promise


def is_for(promise: Promise, known: KnownSale) -> bool:
    """Whether a sale may ask for what was promised: at that station, to that customer."""
    return (promise.customer_id, promise.station_id) == (known.customer_id, known.station.id)


def promised(known: KnownSale, promise: Promise) -> KnownSale:
    """A sale with what it was promised: who was blocked since is not yet, until it is sold."""
    flags = known.flags
    if Flag.BLOCKED_CUSTOMER in flags and not promise.is_blocked:
        flags = tuple([flag for flag in flags if flag is not Flag.BLOCKED_CUSTOMER])
    return replace(known, promise=promise, flags=flags)


def held_for(coupon: Coupon, holders: Mapping[UUID, int]) -> Coupon:
    """A coupon as sales find it whose reservations are these, of these customers: what one holds is there for its customer,
    whose ever it is by now."""
    holder = next((holders[id] for id in coupon.held_by if id in holders), None)
    return coupon if holder is None or coupon.customer_id is None else replace(coupon, customer_id=holder)


def freed(coupon: Coupon) -> Coupon:
    """A coupon that was reserved as a whole, once it is not."""
    status = CouponStatus.ACTIVE if coupon.status is CouponStatus.RESERVED else coupon.status
    return replace(coupon, status=status, reserved_by=None, held_by=())


def holds_of(outcome: Outcome, offer_ids: Collection[int]) -> tuple[Hold, ...]:
    """What these offers, which have limits of customers' own, would give in this sale: held until it comes."""
    by_offer: dict[int, list[Award]] = {}
    for award in outcome.awards:
        if award.offer_id in offer_ids:
            by_offer.setdefault(award.offer_id, []).append(award)
    return tuple(
        [
            Hold(
                offer_id=offer_id,
                day=outcome.known.business_date,
                money=sum([award.discount for award in awards], ZERO),
                volume=sum([award.quantity for award in awards], ZERO),
                uses=sum([award.uses for award in awards]),
                points=sum([award.points for award in awards]),
            )
            for offer_id, awards in by_offer.items()
        ]
    )
