-- What the debits of a sale took from lots and has not been put back: what the sale and its refunds gave themselves, then of
-- other lots, each in the order it was taken. Nothing was taken of what came later and paid what the sale itself owed: of
-- points that its refunds gave, and of those that it was paid with and that came back, which are counted beside as `paid`.
WITH moved AS (
    SELECT allocation.lot_id, allocation.points, entry.recorded_at,
           coalesce(lot.sale_id = ANY(%(sale_ids)s::uuid[]), false) AS is_own,
           lot.kind = 'return' AND lot.origin = %(origin)s AS is_return,
           lot.recorded_at > entry.recorded_at AND allocation.points > 0 AS is_later
    FROM loyalty_entry AS entry
    JOIN loyalty_allocation AS allocation
      ON allocation.customer_id = entry.customer_id AND allocation.debit_id = entry.id
    LEFT JOIN loyalty_entry AS lot ON lot.customer_id = allocation.customer_id AND lot.id = allocation.lot_id
    WHERE entry.customer_id = %(customer_id)s AND entry.sale_id = ANY(%(sale_ids)s::uuid[]) AND entry.origin = ''
), summed AS (
    SELECT lot_id, bool_or(is_own) AS is_own, min(recorded_at) AS since,
           coalesce(sum(points) FILTER (WHERE is_later IS TRUE AND is_return), 0)::bigint AS paid,
           coalesce(sum(points) FILTER (WHERE is_later IS NOT TRUE OR NOT (is_own OR is_return)), 0)::bigint AS points
    FROM moved GROUP BY lot_id
)
SELECT lot_id, greatest(points, 0), is_own, paid + least(points, 0)
FROM summed WHERE points > 0 OR paid > 0
ORDER BY is_own DESC, since, lot_id
