-- Debits of these customers that found too few points in their lots, and what they still owe, oldest first.
SELECT entry.customer_id, entry.id, (-entry.points - coalesce(paid.points, 0))::bigint AS owed
FROM loyalty_entry AS entry
LEFT JOIN (
    SELECT customer_id, debit_id, sum(points) AS points
    FROM loyalty_allocation
    WHERE customer_id = ANY(%(customer_ids)s::bigint[])
    GROUP BY customer_id, debit_id
) AS paid ON paid.customer_id = entry.customer_id AND paid.debit_id = entry.id
WHERE entry.customer_id = ANY(%(customer_ids)s::bigint[])
  AND entry.points < 0
  AND -entry.points - coalesce(paid.points, 0) > 0
ORDER BY entry.customer_id, entry.recorded_at, entry.id
