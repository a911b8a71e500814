"""What happens to coupons."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from forecourt.coupons.values import Coupon
from forecourt.kernel.events import Event


class CouponIssued(Event):
    """A customer was given a coupon. Bearer coupons of a batch make no events one by one."""

    name: ClassVar[str] = "coupon.issued.v1"
    coupon_id: UUID
    template: str
    origin: str


class CouponSeen(Event):
    name: ClassVar[str] = "coupon.seen.v1"
    coupon_id: UUID
    template: str


class CouponUsed(Event):
    """A coupon was used, by this customer (an anonymous one is negative)."""

    name: ClassVar[str] = "coupon.used.v1"
    coupon_id: UUID
    template: str
    sale_id: UUID | None


class CouponRestored(Event):
    """A refund gave a used coupon back."""

    name: ClassVar[str] = "coupon.restored.v1"
    coupon_id: UUID
    template: str
    sale_id: UUID | None


class CouponVoided(Event):
    name: ClassVar[str] = "coupon.voided.v1"
    coupon_id: UUID
    template: str
    reason: str


class CouponTransferred(Event):
    """A coupon went from one customer to another, whose event this is."""

    name: ClassVar[str] = "coupon.transferred.v1"
    coupon_id: UUID
    template: str
    giver_id: int


class CouponExpiring(Event):
    """A customer's coupon ends within a week. Told once."""

    name: ClassVar[str] = "coupon.expiring.v1"
    coupon_id: UUID
    template: str
    expires_on: date


def issued(coupons: Iterable[Coupon], origins: Mapping[UUID, str] | str, at: datetime) -> list[CouponIssued]:
    """The facts that tell of coupons issued to customers; `origins` by coupon, or one for all."""
    return [
        CouponIssued(
            customer_id=coupon.customer_id,
            occurred_at=at,
            coupon_id=coupon.id,
            template=coupon.template,
            origin=origins if isinstance(origins, str) else origins.get(coupon.id, ""),
        )
        for coupon in coupons
        if coupon.customer_id is not None
    ]
