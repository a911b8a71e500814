-- What the debits of a sale took from lots and has not been put back: what the sale and its refunds gave themselves, then of
-- other lots, each in the order it was taken. Where a refund of the sale gave points that paid what the sale itself owed,
-- nothing was taken of them.
SELECT lot_id, sum(points)::bigint
FROM (
    SELECT allocation.lot_id, allocation.points, entry.recorded_at,
           coalesce(lot.sale_id = ANY(%(sale_ids)s::uuid[]), false) AS is_own
    FROM loyalty_entry AS entry
    JOIN loyalty_allocation AS allocation
      ON allocation.customer_id = entry.customer_id AND allocation.debit_id = entry.id
    LEFT JOIN loyalty_entry AS lot ON lot.customer_id = allocation.customer_id AND lot.id = allocation.lot_id
    WHERE entry.customer_id = %(customer_id)s AND entry.sale_id = ANY(%(sale_ids)s::uuid[])
      AND NOT coalesce(lot.sale_id = ANY(%(sale_ids)s::uuid[]) AND lot.recorded_at > entry.recorded_at, false)
) AS moved
GROUP BY lot_id
HAVING sum(points) > 0
ORDER BY bool_or(is_own) DESC, min(recorded_at), lot_id
