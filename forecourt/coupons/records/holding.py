"""Coupons that change hands, are seen, made in bulk, made good again. Lists throughout; callers have locked them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from forecourt.coupons import rules
from forecourt.coupons.events import CouponRestored, CouponSeen
from forecourt.coupons.records.issuing import COLUMNS
from forecourt.coupons.values import Step, Template
from forecourt.kernel import clock, ids, sql
from forecourt.organisation import queries as organisation

_STEP_COLUMNS: Final = ("coupon_id", "step", "giver_id", "taker_id", "at", "actor", "reason")
_MOVE: Final = """
WITH before AS (
    SELECT id, customer_id FROM coupons_coupon WHERE id = ANY(%(ids)s::uuid[])
)
UPDATE coupons_coupon AS coupon SET customer_id = %(taker)s
FROM before
WHERE coupon.id = before.id AND coupon.customer_id IS DISTINCT FROM %(taker)s
RETURNING coupon.id, before.customer_id
"""
_SEEN: Final = """
UPDATE coupons_coupon AS coupon SET seen_at = %(at)s
FROM coupons_coupontemplate AS template
WHERE coupon.id = ANY(%(ids)s::uuid[]) AND coupon.seen_at IS NULL AND coupon.uses > 0 AND template.kind = 'single'
  AND template.id = coupon.template_id
RETURNING coupon.id, template.code, coupon.customer_id
"""
_UNVOID: Final = """
UPDATE coupons_coupon AS coupon
SET status = CASE WHEN coupon.uses_left = 0 THEN 'used' WHEN coupon.reserved_by IS NOT NULL THEN 'reserved' ELSE 'active' END,
    voided_at = NULL, void_reason = ''
FROM coupons_coupontemplate AS template
WHERE coupon.id = %(id)s AND (coupon.status = 'void' OR coupon.voided_at IS NOT NULL AND coupon.status = 'reserved')
  AND template.id = coupon.template_id
  AND (template.kind = 'single' OR template.is_live)
  AND NOT EXISTS (
    SELECT FROM coupons_couponbatch AS batch WHERE batch.id = coupon.batch_id AND batch.voided_at IS NOT NULL)
RETURNING coupon.id
"""
_RESTORE_LATEST: Final = """
UPDATE coupons_couponuse AS use SET restored_at = %(at)s
FROM coupons_coupontemplate AS template
WHERE use.id = (SELECT max(id) FROM coupons_couponuse WHERE coupon_id = %(id)s AND restored_at IS NULL)
  AND template.id = use.template_id
RETURNING use.coupon_id, template.code, use.customer_id, use.sale_id
"""


def move(coupon_ids: Collection[UUID], taker: int, *, at: datetime, actor: str, reason: str) -> list[UUID]:
    """Make coupons this customer's; returns those that were another's or nobody's before."""
    moved = sql.rows(_MOVE, {"ids": sql.array(coupon_ids), "taker": taker})
    sql.copy_in(
        "coupons_couponstep",
        _STEP_COLUMNS,
        [sql.copy_line(row[0], Step.MOVED.value, row[1], taker, at, actor, reason) for row in moved],
    )
    return [row[0] for row in moved]


def note(coupon_ids: Collection[UUID], step: Step, *, actor: str, reason: str) -> None:
    """Write down who did this with coupons, and why."""
    now = clock.now()
    sql.copy_in(
        "coupons_couponstep",
        _STEP_COLUMNS,
        [sql.copy_line(coupon_id, step.value, None, None, now, actor, reason) for coupon_id in coupon_ids],
    )


def mark_seen(coupon_ids: Collection[UUID]) -> list[CouponSeen]:
    """Note when coupons were first seen; returns the facts to publish."""
    now = clock.now()
    found = sql.rows(_SEEN, {"ids": sql.array(coupon_ids), "at": now})
    return [CouponSeen(customer_id=row[2] or 0, occurred_at=now, coupon_id=row[0], template=row[1]) for row in found]


def unvoid(coupon_id: UUID) -> bool:
    """Make a void coupon good again; False when it is not void by itself."""
    return bool(sql.rows(_UNVOID, {"id": coupon_id}))


def restore_latest(coupon_id: UUID) -> list[CouponRestored]:
    """Take the latest use of a coupon back, if there is one; the caller puts it back into the coupon."""
    now = clock.now()
    return [
        CouponRestored(customer_id=row[2], occurred_at=now, coupon_id=row[0], template=row[1], sale_id=row[3])
        for row in sql.rows(_RESTORE_LATEST, {"id": coupon_id, "at": now})
    ]


def make_bearers(
    batch_id: int, template_id: int, template: Template, issued_at: datetime, codes: Sequence[str]
) -> None:
    """Make bearer coupons of a batch with these codes. IntegrityError when one is taken: draw others."""
    sql.copy_in("coupons_coupon", COLUMNS, _bearer_lines(batch_id, template_id, template, issued_at, codes))
    sql.refresh_statistics(len(codes), "coupons_coupon")


def _bearer_lines(
    batch_id: int, template_id: int, template: Template, issued_at: datetime, codes: Sequence[str]
) -> Iterator[str]:
    first, last = rules.good_days(template, organisation.company_day(issued_at))
    head = (
        f"{template_id}\t{batch_id}\t\\N\t\\N\tactive\t{issued_at.isoformat()}\t{first}\t{last or sql.copy_value(None)}"
    )
    tail = f"{head}\t\t{template.uses}\t{template.uses}\t\t1\n"
    for coupon_id, code in zip(ids.uuid7s(len(codes)), codes, strict=True):
        yield f"{coupon_id}\t{code}\t{tail}"
