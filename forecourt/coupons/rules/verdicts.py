"""Why a coupon is not taken, as a stable word and as a sentence."""

from collections.abc import Sequence
from datetime import date, tzinfo
from uuid import UUID

from forecourt.coupons.values import Coupon, CouponStatus, Template, Where, WhyNot
from forecourt.kernel.words import say as _
from forecourt.organisation.values import StationFacts


def why_not(
    coupon: Coupon | None,
    template: Template | None,
    day: date,
    customer_id: int | None,
    used_by_customer: int = 0,
    reservation_id: UUID | None = None,
    *,
    is_blocked: bool = False,
) -> WhyNot | None:
    """Why this customer cannot use the coupon on that day (the company's), None when they can.

    `customer_id` is None or negative for somebody who is not known; `used_by_customer` counts their uses of the template;
    who `is_blocked` uses bearers' coupons only.
    What the reservation holds was good when it was reserved: its days and limits, and whether it was voided since, are not
    looked at again.
    """
    if coupon is None or template is None:
        return WhyNot.UNKNOWN
    is_held = reservation_id is not None and (coupon.reserved_by == reservation_id or reservation_id in coupon.held_by)
    if not is_held and coupon.status is CouponStatus.VOID:
        return WhyNot.VOID
    if not is_held and coupon.uses and coupon.uses_left < 1:
        return WhyNot.LIMIT if coupon.is_generic else WhyNot.USED
    if not is_held and coupon.status is CouponStatus.RESERVED:
        return WhyNot.RESERVED
    if coupon.customer_id is not None and coupon.customer_id != customer_id:
        return WhyNot.NOT_YOURS
    if is_blocked and coupon.customer_id is not None and not is_held:
        return WhyNot.BLOCKED
    return None if is_held else _not_now(coupon, template, day, customer_id, used_by_customer)


def _not_now(
    coupon: Coupon, template: Template, day: date, customer_id: int | None, used_by_customer: int
) -> WhyNot | None:
    if day < coupon.active_from:
        return WhyNot.NOT_YET
    if coupon.expires_on is not None and day > coupon.expires_on:
        return WhyNot.EXPIRED
    if template.per_customer:
        if customer_id is None or customer_id < 0:
            return WhyNot.MEMBERS
        if used_by_customer >= template.per_customer:
            return WhyNot.CUSTOMER_LIMIT
    return None


def is_held(coupon: Coupon, customer_id: int, day: date) -> bool:
    """Whether this customer holds the coupon, and it is good on that day: reserved for a sale under way, too."""
    return (
        coupon.customer_id == customer_id
        and coupon.status in (CouponStatus.ACTIVE, CouponStatus.RESERVED)
        and coupon.active_from <= day
        and (coupon.expires_on is None or day <= coupon.expires_on)
    )


def why_not_there(template: Template, places: Sequence[Where], station: StationFacts | None) -> WhyNot | None:
    """Why a good coupon is of no use at a station, or anywhere where none is named; None when it is.

    `places` are those of the offers that take it now. What is handed over needs no offer.
    """
    if not places and not template.handover:
        return WhyNot.NO_OFFER
    if station is None or any(place.holds(station) for place in places) or is_handed_over(template, station.code):
        return None
    return WhyNot.NOT_HERE


def is_handed_over(template: Template, station: str) -> bool:
    """Whether that station (a code) hands over what the template says."""
    return bool(template.handover) and (not template.stations or station in template.stations)


def sentence(why: WhyNot, coupon: Coupon | None, template: Template | None, zone: tzinfo | None = None) -> str:
    """The reason in the reader's language, with its figures; `zone` is where the day of a use is told."""
    if coupon is None or template is None or why is WhyNot.UNKNOWN:
        return _("No coupon has this code; read it again, every character.")
    figures = {
        "from": coupon.active_from.isoformat(),
        "until": coupon.expires_on.isoformat() if coupon.expires_on else "",
        "used": coupon.used_at.astimezone(zone).date().isoformat() if coupon.used_at else "",
        "uses": coupon.uses,
        "count": template.per_customer,
    }
    return _text(why, coupon) % figures


def _text(why: WhyNot, coupon: Coupon) -> str:  # noqa: C901 - one case a reason
    match why:
        case WhyNot.VOID:
            return _("This coupon was voided.")
        case WhyNot.USED:
            return _("This coupon was used on %(used)s.") if coupon.used_at else _("This coupon was used.")
        case WhyNot.LIMIT:
            return _("This code was used %(uses)s times, as often as it can be.")
        case WhyNot.RESERVED:
            return _("This coupon is reserved by a sale that is under way; it is free again when that ends without it.")
        case WhyNot.NOT_YOURS:
            return _("This coupon belongs to a member; it is taken when that member is identified.")
        case WhyNot.BLOCKED:
            return _("This coupon belongs to a member who is blocked.")
        case WhyNot.NOT_YET:
            return _("This coupon is good from %(from)s.")
        case WhyNot.EXPIRED:
            return _("This coupon expired; %(until)s was its last day.")
        case WhyNot.MEMBERS:
            return _("This coupon is for members, %(count)s for each; identify the member first.")
        case WhyNot.NO_OFFER:
            return _("No offer takes this coupon now.")
        case WhyNot.NOT_HERE:
            return _("This coupon is not taken at this station.")
        case _:
            return _("This member has used %(count)s of these coupons, as many as one may.")
