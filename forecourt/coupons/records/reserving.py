"""Coupons reserved before a sale, and freed when it does not come. Callers have locked them."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from forecourt.coupons.records.using import LOCK, put_back
from forecourt.coupons.values import Hold
from forecourt.kernel import sql
from forecourt.kernel.problems import Conflict

_HOLD_COLUMNS: Final = ("coupon_id", "reservation_id", "template_id", "customer_id")
_RESERVE: Final = """
UPDATE coupons_coupon AS coupon
SET uses_left = CASE WHEN coupon.uses = 1 THEN 1 ELSE coupon.uses_left - wanted.count END,
    status = CASE WHEN coupon.uses = 1 THEN 'reserved' WHEN coupon.uses_left = wanted.count THEN 'used' ELSE 'active' END,
    reserved_by = CASE WHEN coupon.uses = 1 THEN wanted.reservation_id END
FROM unnest(%(ids)s::uuid[], %(counts)s::int[], %(reservation_ids)s::uuid[]) AS wanted (id, count, reservation_id)
WHERE coupon.id = wanted.id AND coupon.uses > 0 AND coupon.uses_left >= wanted.count AND coupon.status = 'active'
RETURNING coupon.id, coupon.template_id
"""
_FREE_FOR_ALL: Final = """
SELECT id, template_id FROM coupons_coupon WHERE id = ANY(%(ids)s::uuid[]) AND uses = 0 AND status = 'active'
"""
_HELD: Final = """
SELECT id FROM coupons_coupon WHERE reserved_by IS NOT NULL AND reserved_by = ANY(%(reservation_ids)s::uuid[])
UNION
SELECT coupon_id FROM coupons_couponhold WHERE reservation_id = ANY(%(reservation_ids)s::uuid[])
"""
_FREE: Final = """
UPDATE coupons_coupon
SET status = CASE WHEN voided_at IS NOT NULL THEN 'void' ELSE 'active' END, reserved_by = NULL
WHERE reserved_by IS NOT NULL AND reserved_by = ANY(%(reservation_ids)s::uuid[]) AND status = 'reserved'
  AND (%(only)s::uuid[] IS NULL OR id = ANY(%(only)s::uuid[]))
RETURNING id
"""
_DROP_HOLDS: Final = """
DELETE FROM coupons_couponhold AS hold
USING coupons_coupon AS coupon
WHERE hold.reservation_id = ANY(%(reservation_ids)s::uuid[]) AND coupon.id = hold.coupon_id
  AND (%(only)s::uuid[] IS NULL OR coupon.id = ANY(%(only)s::uuid[]))
RETURNING hold.coupon_id, coupon.uses
"""


def reserve(wanted: Sequence[Hold]) -> None:
    """Keep coupons for reservations. At most three statements.

    A coupon for one use is reserved as a whole; of others one use is held. Each counts against the customer's own limit.
    Conflict, and nothing may be committed, when one is not there to be reserved: callers ask `rules.why_not` first.
    """
    if not wanted:
        return
    counts = Counter(hold.coupon_id for hold in wanted)
    reservations = {hold.coupon_id: hold.reservation_id for hold in wanted}
    ids = sorted(counts)
    found = sql.rows(
        _RESERVE,
        {
            "ids": sql.array(ids),
            "counts": sql.array(counts[coupon_id] for coupon_id in ids),
            "reservation_ids": sql.array(reservations[coupon_id] for coupon_id in ids),
        },
        hot=True,
    )
    templates = {row[0]: row[1] for row in found}
    others = counts.keys() - templates.keys()
    if others:
        templates |= {row[0]: row[1] for row in sql.rows(_FREE_FOR_ALL, {"ids": sql.array(others)}, hot=True)}
        others -= templates.keys()
    if others:
        raise Conflict(_("Coupon %(id)s cannot be reserved; look it up to see why.") % {"id": min(map(str, others))})
    sql.copy_in(
        "coupons_couponhold",
        _HOLD_COLUMNS,
        [
            f"{hold.coupon_id}\t{hold.reservation_id}\t{templates[hold.coupon_id]}\t{hold.customer_id}\n"
            for hold in wanted
        ],
    )


def free(
    reservation_ids: Collection[UUID], *, is_locked: bool = False, only: Collection[UUID] | None = None
) -> list[UUID]:
    """End what reservations hold; returns those coupons, nothing for what was used or freed before. Those that were
    voided meanwhile are void now.

    Locks them first unless the caller has (`queries.for_sale(reservations=...)`), or names `only` those of them which it has.
    A fixed number of statements.
    """
    if not reservation_ids:
        return []
    where = {
        "reservation_ids": sql.array(reservation_ids),
        "only": sql.array(only) if only is not None else None,
    }
    if not is_locked and only is None:
        held = [row[0] for row in sql.rows(_HELD, where, hot=True)]
        if not held:
            return []
        sql.rows(LOCK, {"ids": sql.array(sorted(held))}, hot=True)
    freed = [row[0] for row in sql.rows(_FREE, where, hot=True)]
    dropped = Counter(row[0] for row in sql.rows(_DROP_HOLDS, where, hot=True) if row[1] > 1)
    if dropped:
        put_back(dropped)
    return [*freed, *dropped]
