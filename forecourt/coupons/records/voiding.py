"""Coupons made void, in lists."""

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from forecourt.coupons.events import CouponVoided
from forecourt.kernel import clock, sql

# one that is used up is void when a refund gives it back, one that a reservation holds when that ends without a sale
_VOID: Final = """
UPDATE coupons_coupon AS coupon
SET status = CASE WHEN coupon.status = 'reserved' THEN 'reserved' WHEN coupon.status = 'used' AND NOT EXISTS (
        SELECT FROM coupons_couponhold AS hold WHERE hold.coupon_id = coupon.id) THEN 'used' ELSE 'void' END,
    voided_at = %(at)s, void_reason = %(reason)s
FROM coupons_coupontemplate AS template
WHERE coupon.id = ANY(%(ids)s::uuid[]) AND coupon.voided_at IS NULL AND template.id = coupon.template_id
RETURNING coupon.id, template.code, coupon.customer_id
"""
_GIVEN_BY: Final = """
SELECT id FROM coupons_coupon WHERE origin <> '' AND origin = ANY(%(origins)s::text[]) AND uses > 0
ORDER BY id FOR NO KEY UPDATE
"""
_USED_OF: Final = """
SELECT coupon.id, coupon.code, template.code, coupon.origin, count(*)
FROM coupons_coupon AS coupon
JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id
JOIN (
    SELECT coupon_id FROM coupons_couponuse WHERE coupon_id = ANY(%(ids)s::uuid[]) AND restored_at IS NULL
    UNION ALL
    SELECT coupon_id FROM coupons_couponhold WHERE coupon_id = ANY(%(ids)s::uuid[])
) AS use ON use.coupon_id = coupon.id
WHERE coupon.id = ANY(%(ids)s::uuid[])
GROUP BY coupon.id, coupon.code, template.code, coupon.origin
ORDER BY coupon.id
"""


class UsedAlready(NamedTuple):
    """A coupon that was used, or is used in a sale under way, before what gave it was taken back."""

    coupon_id: UUID
    code: str
    template: str
    origin: str
    uses: int


class Taken(NamedTuple):
    """What taking back did: the facts to publish, and what had been used by then."""

    voided: list[CouponVoided]
    used: list[UsedAlready]


def void(coupon_ids: Collection[UUID], reason: str) -> list[CouponVoided]:
    """Make coupons void that are not void yet; the caller has locked them and publishes the facts.

    One that is used up stays used, and is void as soon as a refund gives its use back. What a reservation holds is good for
    its sale, and void if that does not come.
    """
    if not coupon_ids:
        return []
    now = clock.now()
    found = sql.rows(_VOID, {"ids": sql.array(coupon_ids), "at": now, "reason": reason}, hot=True)
    return [
        CouponVoided(customer_id=row[2] or 0, occurred_at=now, coupon_id=row[0], template=row[1], reason=reason)
        for row in found
    ]


def void_issued_by(origins: Collection[str], reason: str = "refund") -> Taken:
    """Take back what these gave ("sale:<id>", "redemption:<id>"): unused coupons, and what is left of used ones, are void.

    What is used up is void when its use is given back (see `void`), so that taking back in any order leaves nothing.
    Locks them in the order of their ids. Three statements, one where they gave nothing.
    """
    asked = sorted(origin for origin in set(origins) if origin)
    given = sql.rows(_GIVEN_BY, {"origins": sql.text_array(asked)}, hot=True) if asked else []
    if not given:
        return Taken([], [])
    ids = [row[0] for row in given]
    voided = void(ids, reason)
    return Taken(voided, [UsedAlready(*row) for row in sql.rows(_USED_OF, {"ids": sql.array(ids)}, hot=True)])
