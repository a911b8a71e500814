"""What the sale needs to know of coupons, in lists."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from forecourt import coupons
from forecourt.coupons import rules
from forecourt.coupons.values import Coupon, CouponStatus
from forecourt.customers.queries import FAMILIES
from forecourt.kernel import sql

_READ: Final = sql.load(coupons.__file__, "for_sale")
_LOCK: Final = _READ.replace("/*lock*/", "FOR NO KEY UPDATE")
_USED_BY: Final = (
    FAMILIES
    + """
SELECT customer_id, template_id, count(*)
FROM (
    SELECT family.customer_id, use.template_id
    FROM family
    JOIN coupons_couponuse AS use ON use.customer_id = family.member_id
    WHERE use.template_id = ANY(%(template_ids)s::bigint[]) AND use.restored_at IS NULL
    UNION ALL
    SELECT family.customer_id, hold.template_id
    FROM family
    JOIN coupons_couponhold AS hold ON hold.customer_id = family.member_id
    WHERE hold.template_id = ANY(%(template_ids)s::bigint[])
) AS taken
GROUP BY 1, 2
"""
)

_USED_BEFORE: Final = """
SELECT customer_id, template_id, count(*) FROM coupons_couponuse
WHERE customer_id = ANY(%(customer_ids)s::bigint[]) AND template_id = ANY(%(template_ids)s::bigint[])
  AND used_at < %(moment)s AND (restored_at IS NULL OR restored_at >= %(moment)s)
GROUP BY 1, 2
"""
_ISSUED_BEFORE: Final = """
SELECT template_id, count(*) FROM coupons_coupon
WHERE template_id = ANY(%(template_ids)s::bigint[]) AND issued_at < %(moment)s GROUP BY 1
"""


def for_sale(
    codes: Collection[str],
    customer_ids: Collection[int],
    *,
    lock: bool = False,
    since: date = date.min,
    refunded: Collection[UUID] = (),
    reservations: Collection[UUID] = (),
    held: Collection[int] = (),
    automatic: Collection[int] = (),
) -> list[Coupon]:
    """The coupons that sales may use, in the order of their ids; one statement, none where nothing is asked for.

    Those presented by code whatever their state, so that the reason can be told (codes may be written as printed: compare
    `Coupon.code` with `rules.normal_code`); the active ones that these members hold of the templates in `automatic`, by their
    ids, but for those that ended before `since`, and likewise all they hold of those in `held`; those used in or given by the
    sales in `refunded`; those that `reservations` hold.

    `lock` locks them until the transaction ends, all at once and in the order of their ids, so that two lists never wait
    for each other in a ring: lock once, with everything the list will touch. Callers hold the customers' locks. Codes for
    any number of uses are never locked.
    """
    askable = {rules.normal_code(code) for code in codes if "\0" not in code} - {""}
    if not (askable or customer_ids or refunded or reservations):
        return []
    found = sql.rows(
        _LOCK if lock else _READ,
        {
            "codes": sql.text_array(sorted(askable)),
            "customer_ids": sql.array(sorted(customer_ids)),
            "held": sql.array(sorted(held)),
            "automatic": sql.array(sorted(automatic)),
            "since": since,
            "sale_ids": sql.array(refunded),
            "origins": sql.text_array(f"sale:{sale_id}" for sale_id in refunded),
            "reservation_ids": sql.array(reservations),
        },
        hot=True,
    )
    return [coupon_of(row) for row in found]


def coupon_of(row: tuple[Any, ...]) -> Coupon:
    """A coupon from a row of for_sale.sql."""
    return Coupon(
        id=row[0],
        code=row[1],
        template=row[2],
        customer_id=row[3],
        status=CouponStatus(row[4]),
        active_from=row[5],
        expires_on=row[6],
        uses_left=row[7],
        is_generic=row[8],
        template_id=row[9],
        uses=row[10],
        reserved_by=row[11],
        held_by=tuple(row[12]),
        used_at=row[13],
    )


def used_by(customer_ids: Collection[int], template_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """How often each of these customers, with everybody merged with them, used coupons of each template.

    What their reservations hold counts as used, until they end. By (customer, template id); those who never did are
    missing. One statement, none where nothing is asked for.
    """
    if not customer_ids or not template_ids:
        return {}
    where = {"customer_ids": sql.array(sorted(customer_ids)), "template_ids": sql.array(sorted(template_ids))}
    return {(row[0], row[1]): row[2] for row in sql.rows(_USED_BY, where, hot=True)}


def used_before(
    customer_ids: Collection[int], template_ids: Collection[int], moment: datetime
) -> dict[tuple[int, int], int]:
    """How often each of these customers, by itself, had used coupons of each template before a moment.

    By (customer, template id); those who never did are missing. One statement, none where nothing is asked for.
    """
    if not customer_ids or not template_ids:
        return {}
    where = {"customer_ids": sql.array(customer_ids), "template_ids": sql.array(template_ids), "moment": moment}
    return {(row[0], row[1]): row[2] for row in sql.rows(_USED_BEFORE, where)}


def issued_before(template_ids: Collection[int], moment: datetime) -> dict[int, int]:
    """How many coupons of these templates had been issued before a moment, by template id; one statement at most."""
    if not template_ids:
        return {}
    where = {"template_ids": sql.array(template_ids), "moment": moment}
    return dict(sql.rows(_ISSUED_BEFORE, where))
