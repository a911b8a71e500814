-- Lots of these customers with points left. A credit that put points back into older lots is a lot of the rest only.
WITH moved AS (
    SELECT customer_id, lot_id, debit_id, points
    FROM loyalty_allocation
    WHERE customer_id = ANY(%(customer_ids)s::bigint[])
), taken AS (
    SELECT customer_id, lot_id, sum(points) AS points FROM moved GROUP BY customer_id, lot_id
), returned AS (
    SELECT customer_id, debit_id, sum(points) AS points FROM moved WHERE points < 0 GROUP BY customer_id, debit_id
)
SELECT entry.customer_id, entry.id, entry.expires_on, coalesce(entry.earned_at, entry.occurred_at), entry.sale_id,
       (entry.points + coalesce(returned.points, 0) - coalesce(taken.points, 0))::bigint AS remaining,
       entry.available_on
FROM loyalty_entry AS entry
LEFT JOIN taken ON taken.customer_id = entry.customer_id AND taken.lot_id = entry.id
LEFT JOIN returned ON returned.customer_id = entry.customer_id AND returned.debit_id = entry.id
WHERE entry.customer_id = ANY(%(customer_ids)s::bigint[])
  AND entry.points > 0
  AND entry.points + coalesce(returned.points, 0) - coalesce(taken.points, 0) > 0
