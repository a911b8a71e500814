"""Coupons at hand: templates of each sort, members who hold them, and what can be asked of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from forecourt.coupons import queries, records, rules, services
from forecourt.coupons.values import Coupon, CouponKind, Hold, NewCoupon, Template, Use
from forecourt.kernel import clock, ids, sql
from tests.sales.scenes import HEAD_OFFICE, Chain


def make_template(code: str = "wash", **changes: Any) -> Template:
    """A live template: a free wash for 30 days unless said otherwise."""
    template = Template(**({"code": code, "name": "免费洗车", "handover": "洗车一次"} | changes))
    services.create_template(HEAD_OFFICE, template)
    return template


def make_generic(code: str = "summer", generic_code: str = "SUMMER26", **changes: Any) -> Template:
    return make_template(code, kind=CouponKind.GENERIC, generic_code=generic_code, **changes)


def give(template: str, *customer_ids: int | None, leaving_out: bool = False, **more: Any) -> list[Coupon]:
    """Issue a coupon to each; None is a bearer."""
    wanted = [NewCoupon(template=template, customer_id=customer_id, **more) for customer_id in customer_ids]
    return records.issue(wanted, leaving_out=leaving_out)


def now_at(code: str) -> Coupon:
    """The coupon of that code as it stands."""
    (coupon,) = queries.for_sale([code], [])
    return coupon


def a_use(coupon: Coupon, customer_id: int, **changes: Any) -> Use:
    """A use of the coupon by the customer in a sale of its own."""
    return Use(
        **{
            "coupon_id": coupon.id,
            "template": coupon.template,
            "template_id": coupon.template_id,
            "customer_id": customer_id,
            "sale_id": ids.uuid7(),
            "station_id": None,
            "used_at": clock.now(),
        }
        | changes
    )


def a_hold(coupon: Coupon, customer_id: int, reservation_id: UUID) -> Hold:
    return Hold(coupon_id=coupon.id, reservation_id=reservation_id, customer_id=customer_id)


def why(code: str, customer_id: int | None = None, *, days: int = 0, reservation_id: UUID | None = None) -> str | None:
    """Why the coupon is not taken so many days from today."""
    coupons = queries.for_sale([code], [], reservations=[reservation_id] if reservation_id else [])
    coupon = coupons[0] if coupons else None
    template = queries.templates([coupon.template])[coupon.template].template if coupon else None
    used = queries.used_by([customer_id], [coupon.template_id]) if coupon and customer_id else {}
    day = clock.now().astimezone(clock.zone("Asia/Shanghai")).date() + timedelta(days=days)
    times = used.get((customer_id or 0, coupon.template_id), 0) if coupon else 0
    verdict = rules.why_not(coupon, template, day, customer_id, times, reservation_id)
    return verdict.value if verdict else None


def uses_of(coupon: Coupon) -> int:
    """Uses of the coupon that were not given back."""
    found = sql.rows(
        "SELECT count(*) FROM coupons_couponuse WHERE coupon_id = %(id)s AND restored_at IS NULL", {"id": coupon.id}
    )
    return int(found[0][0])


__all__ = [
    "HEAD_OFFICE",
    "Chain",
    "a_hold",
    "a_use",
    "give",
    "make_generic",
    "make_template",
    "now_at",
    "uses_of",
    "why",
]
