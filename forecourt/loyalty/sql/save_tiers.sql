-- Carry the result of a tier review into the balances.
UPDATE loyalty_balance AS balance SET tier = reviewed.tier, tier_value = reviewed.value
FROM unnest(%(customer_ids)s::bigint[], %(tiers)s::text[], %(values)s::numeric[]) AS reviewed (customer_id, tier, value)
WHERE balance.customer_id = reviewed.customer_id AND balance.customer_id = ANY(%(customer_ids)s::bigint[])
