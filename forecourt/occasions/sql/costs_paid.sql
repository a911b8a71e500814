-- From which lots sign-ups took their cost and what of it was not given back, whoever has the ledger.
SELECT entry.origin, entry.customer_id, allocation.lot_id, sum(allocation.points)::bigint
FROM loyalty_entry AS entry
JOIN loyalty_allocation AS allocation ON allocation.customer_id = entry.customer_id AND allocation.debit_id = entry.id
WHERE entry.customer_id = ANY(%(customer_ids)s::bigint[]) AND entry.origin = ANY(%(origins)s::text[])
GROUP BY entry.origin, entry.customer_id, allocation.lot_id
HAVING sum(allocation.points) > 0
ORDER BY entry.origin, min(entry.recorded_at), allocation.lot_id
