"""Coupons used and given back, in lists. Callers hold the customers' locks and publish the facts that come back."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from forecourt.coupons.events import CouponRestored, CouponUsed
from forecourt.coupons.values import Use
from forecourt.kernel import clock, sql
from forecourt.kernel.problems import Conflict

USE_COLUMNS: Final = ("coupon_id", "template_id", "customer_id", "sale_id", "station_id", "used_at")

LOCK: Final = "SELECT id FROM coupons_coupon WHERE id = ANY(%(ids)s::uuid[]) AND uses > 0 ORDER BY id FOR NO KEY UPDATE"
_TAKE_HOLDS: Final = """
DELETE FROM coupons_couponhold AS hold
USING unnest(%(coupon_ids)s::uuid[], %(reservation_ids)s::uuid[]) AS taken (coupon_id, reservation_id),
      coupons_coupon AS coupon
WHERE hold.coupon_id = taken.coupon_id AND hold.reservation_id = taken.reservation_id AND coupon.id = hold.coupon_id
RETURNING hold.coupon_id, coupon.uses
"""
# what a hold took already is not taken again: then `count` is 0, and the coupon may be used up or void meanwhile
_TAKE: Final = """
UPDATE coupons_coupon AS coupon
SET uses_left = coupon.uses_left - taken.count,
    status = CASE WHEN coupon.status = 'void' THEN 'void' WHEN coupon.uses_left = taken.count THEN 'used' ELSE 'active' END,
    reserved_by = NULL, used_at = taken.at, used_by = taken.customer_id, sale_id = taken.sale_id
FROM unnest(%(ids)s::uuid[], %(counts)s::int[], %(ats)s::timestamptz[], %(customer_ids)s::bigint[], %(sale_ids)s::uuid[],
            %(reservation_ids)s::uuid[]) AS taken (id, count, at, customer_id, sale_id, reservation_id)
WHERE coupon.id = taken.id AND coupon.uses > 0 AND coupon.uses_left >= taken.count
  AND (taken.count = 0 OR coupon.status = 'active'
       OR coupon.status = 'reserved' AND coupon.reserved_by = taken.reservation_id)
RETURNING coupon.id
"""
_FREE_FOR_ALL: Final = """
SELECT id FROM coupons_coupon WHERE id = ANY(%(ids)s::uuid[]) AND uses = 0 AND status = 'active'
"""
_GIVE_BACK: Final = """
UPDATE coupons_couponuse AS use SET restored_at = %(at)s
FROM coupons_coupontemplate AS template
WHERE use.sale_id = ANY(%(sale_ids)s::uuid[]) AND use.restored_at IS NULL AND template.id = use.template_id
  AND (%(coupon_ids)s::uuid[] IS NULL OR use.coupon_id = ANY(%(coupon_ids)s::uuid[]))
RETURNING use.coupon_id, template.code, use.customer_id, use.sale_id
"""
PUT_BACK: Final = """
UPDATE coupons_coupon AS coupon
SET uses_left = coupon.uses_left + given.count,
    status = CASE WHEN coupon.voided_at IS NOT NULL THEN 'void' WHEN coupon.status = 'used' THEN 'active'
                  ELSE coupon.status END,
    used_at = CASE WHEN coupon.uses = 1 THEN NULL ELSE coupon.used_at END,
    used_by = CASE WHEN coupon.uses = 1 THEN NULL ELSE coupon.used_by END,
    sale_id = CASE WHEN coupon.uses = 1 THEN NULL ELSE coupon.sale_id END
FROM unnest(%(ids)s::uuid[], %(counts)s::int[]) AS given (id, count)
WHERE coupon.id = given.id AND coupon.uses > 0
"""


def lock(coupon_ids: Collection[UUID]) -> None:
    """Lock coupons until the transaction ends, in the order of their ids. Codes for any number of uses are never locked.

    A transaction locks coupons once: what `queries.for_sale(..., lock=True)` has locked needs this no more.
    """
    if coupon_ids:
        sql.rows(LOCK, {"ids": sql.array(sorted(coupon_ids))}, hot=True)


def use(uses: Sequence[Use]) -> list[CouponUsed]:
    """Use coupons, which the caller has locked: one use less each, USED when none is left. At most four statements.

    Conflict, and nothing may be committed, when one of them cannot be used so often: callers ask `rules.why_not` first.
    """
    if not uses:
        return []
    _take(uses, _take_holds(uses))
    sql.copy_in(
        "coupons_couponuse",
        USE_COLUMNS,
        [
            sql.copy_line(one.coupon_id, one.template_id, one.customer_id, one.sale_id, one.station_id, one.used_at)
            for one in uses
        ],
    )
    return [
        CouponUsed(
            customer_id=one.customer_id,
            occurred_at=one.used_at,
            coupon_id=one.coupon_id,
            template=one.template,
            sale_id=one.sale_id,
        )
        for one in uses
    ]


class _Held(NamedTuple):
    """What holds had taken: how many uses of coupons for several, and codes for any number of uses."""

    several: Counter[UUID]
    any_number: set[UUID]


def _take_holds(uses: Sequence[Use]) -> _Held:
    """End the holds that reservations have on coupons; returns what they had taken already."""
    reserved = [one for one in uses if one.reservation_id is not None]
    if not reserved:
        return _Held(Counter(), set())
    taken = sql.rows(
        _TAKE_HOLDS,
        {
            "coupon_ids": sql.array(one.coupon_id for one in reserved),
            "reservation_ids": sql.array(one.reservation_id for one in reserved),
        },
        hot=True,
    )
    return _Held(Counter(row[0] for row in taken if row[1] > 1), {row[0] for row in taken if row[1] == 0})


def _take(uses: Sequence[Use], held: _Held) -> None:
    wanted = Counter(one.coupon_id for one in uses)
    latest = {one.coupon_id: one for one in sorted(uses, key=lambda one: one.used_at)}
    ids = sorted(wanted)
    found = sql.rows(
        _TAKE,
        {
            "ids": sql.array(ids),
            "counts": sql.array(wanted[coupon_id] - held.several[coupon_id] for coupon_id in ids),
            "ats": sql.array(latest[coupon_id].used_at.isoformat() for coupon_id in ids),
            "customer_ids": sql.array(latest[coupon_id].customer_id for coupon_id in ids),
            "sale_ids": sql.array(latest[coupon_id].sale_id or "NULL" for coupon_id in ids),
            "reservation_ids": sql.array(latest[coupon_id].reservation_id or "NULL" for coupon_id in ids),
        },
        hot=True,
    )
    others = wanted.keys() - {row[0] for row in found} - held.any_number
    if others:
        others -= {row[0] for row in sql.rows(_FREE_FOR_ALL, {"ids": sql.array(others)}, hot=True)}
    if others:
        raise Conflict(
            _("Coupon %(id)s cannot be used so often; look it up to see why.") % {"id": min(map(str, others))}
        )


def restore(sale_ids: Collection[UUID], coupon_ids: Collection[UUID] | None = None) -> list[CouponRestored]:
    """Give back what refunded sales used, each use once: coupons are good again until their last day, if they were not voided.

    All of them, or these `coupon_ids` only. The caller has locked them (`queries.for_sale(refunded=...)`). Two statements.
    """
    if not sale_ids:
        return []
    now = clock.now()
    only = sql.array(coupon_ids) if coupon_ids is not None else None
    given = sql.rows(_GIVE_BACK, {"sale_ids": sql.array(sale_ids), "coupon_ids": only, "at": now}, hot=True)
    if given:
        put_back(Counter(row[0] for row in given))
    return [
        CouponRestored(customer_id=row[2], occurred_at=now, coupon_id=row[0], template=row[1], sale_id=row[3])
        for row in given
    ]


def put_back(counts: Counter[UUID]) -> None:
    """Give coupons so many uses back."""
    ids = sorted(counts)
    sql.run(PUT_BACK, {"ids": sql.array(ids), "counts": sql.array(counts[one] for one in ids)}, hot=True)
