-- Carry a list of changes into balances; the ANY beside the join prunes shards where there are any.
UPDATE loyalty_balance AS balance SET points = balance.points + change.points
FROM unnest(%(customer_ids)s::bigint[], %(points)s::bigint[]) AS change (customer_id, points)
WHERE balance.customer_id = change.customer_id AND balance.customer_id = ANY(%(customer_ids)s::bigint[])
