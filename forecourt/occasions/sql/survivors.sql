-- Who each of these customers is today: itself, or whom it was merged into.
SELECT id, coalesce(merged_into_id, id) FROM customers_customer WHERE id = ANY(%(ids)s::bigint[])
