-- Carry the result of a tier review into the balances that still stand as the review found them.
UPDATE loyalty_balance AS balance
SET tier = reviewed.tier, tier_since = reviewed.since, tier_until = reviewed.until, tier_warned_on = reviewed.warned_on,
    tier_value = reviewed.value, tier_kept = reviewed.kept
FROM unnest(%(customer_ids)s::bigint[], %(tiers)s::text[], %(since)s::date[], %(until)s::date[], %(warned_on)s::date[],
            %(values)s::numeric[], %(kept)s::numeric[], %(found_tiers)s::text[], %(found_until)s::date[], %(counted)s::numeric[])
  AS reviewed (customer_id, tier, since, until, warned_on, value, kept, found_tier, found_until, counted)
WHERE balance.customer_id = reviewed.customer_id AND balance.customer_id = ANY(%(customer_ids)s::bigint[])
  AND balance.tier = reviewed.found_tier AND balance.tier_until IS NOT DISTINCT FROM reviewed.found_until
  AND balance.tier_value = reviewed.counted
RETURNING balance.customer_id
