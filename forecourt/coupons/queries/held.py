"""When customers held coupons, for sales that are looked at as of then."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final

from forecourt.coupons import rules
from forecourt.coupons.rules import Move, Past
from forecourt.coupons.values import HeldSpan
from forecourt.kernel import sql

_PAST: Final = """
WITH wanted AS (
    SELECT id FROM coupons_coupon
    WHERE customer_id IS NOT NULL AND customer_id = ANY(%(customer_ids)s::bigint[])
      AND template_id = ANY(%(template_ids)s::bigint[])
    UNION
    SELECT coupon_id FROM coupons_couponstep WHERE step = 'moved' AND giver_id = ANY(%(customer_ids)s::bigint[])
)
SELECT template.code, coupon.customer_id, coupon.issued_to, coupon.origin, coupon.issued_at,
       coalesce(coupon.voided_at, batch.voided_at), coupon.active_from, coupon.expires_on, coupon.uses,
       ARRAY(SELECT coalesce(giver_id, 0) FROM coupons_couponstep AS step
             WHERE step.coupon_id = coupon.id AND step.step = 'moved' ORDER BY step.id),
       ARRAY(SELECT at FROM coupons_couponstep AS step
             WHERE step.coupon_id = coupon.id AND step.step = 'moved' ORDER BY step.id),
       ARRAY(SELECT used_at FROM coupons_couponuse AS use WHERE use.coupon_id = coupon.id ORDER BY use.id),
       ARRAY(SELECT restored_at FROM coupons_couponuse AS use WHERE use.coupon_id = coupon.id ORDER BY use.id)
FROM coupons_coupon AS coupon
JOIN wanted ON wanted.id = coupon.id
JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id
LEFT JOIN coupons_couponbatch AS batch ON batch.id = coupon.batch_id
WHERE coupon.template_id = ANY(%(template_ids)s::bigint[])
"""


def held_then(customer_ids: Collection[int], template_ids: Collection[int]) -> dict[int, list[HeldSpan]]:
    """When each of these customers, by itself, held coupons of these templates. One statement at most."""
    found: defaultdict[int, list[HeldSpan]] = defaultdict(list)
    if not customer_ids or not template_ids:
        return found
    where = {"customer_ids": sql.array(customer_ids), "template_ids": sql.array(template_ids)}
    for *facts, givers, moved, used, restored in sql.rows(_PAST, where):
        moves = tuple([Move(giver or None, at) for giver, at in zip(givers, moved, strict=True)])
        past = Past(*facts)._replace(moves=moves, used=tuple(zip(used, restored, strict=True)))
        for span in rules.held_spans(past):
            if span.customer_id in customer_ids:
                found[span.customer_id].append(span)
    return found
