INSERT INTO loyalty_balance (customer_id, points, tier, tier_value, sales)
SELECT customer_id, 0, %(tier)s, 0, 0 FROM unnest(%(customer_ids)s::bigint[]) AS new (customer_id)
ON CONFLICT (customer_id) DO NOTHING
