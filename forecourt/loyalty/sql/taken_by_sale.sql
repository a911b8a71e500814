-- What the debits of a sale took from lots and has not been put back, in the order it was taken.
SELECT lot_id, sum(points)::bigint
FROM (
    SELECT allocation.lot_id, allocation.points, entry.recorded_at, entry.id
    FROM loyalty_entry AS entry
    JOIN loyalty_allocation AS allocation
      ON allocation.customer_id = entry.customer_id AND allocation.debit_id = entry.id
    WHERE entry.customer_id = %(customer_id)s AND entry.sale_id = ANY(%(sale_ids)s::uuid[])
) AS moved
GROUP BY lot_id
HAVING sum(points) > 0
ORDER BY min(recorded_at), lot_id
