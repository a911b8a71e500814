-- What debits for these origins took from lots and has not been put back, in the order it was taken.
SELECT entry.customer_id, entry.origin, allocation.lot_id, sum(allocation.points)::bigint
FROM unnest(%(customer_ids)s::bigint[], %(origins)s::text[]) AS wanted (customer_id, origin)
JOIN loyalty_entry AS entry ON entry.customer_id = wanted.customer_id AND entry.origin = wanted.origin
JOIN loyalty_allocation AS allocation ON allocation.customer_id = entry.customer_id AND allocation.debit_id = entry.id
GROUP BY 1, 2, 3
HAVING sum(allocation.points) > 0
ORDER BY 1, 2, min(entry.recorded_at), 3
