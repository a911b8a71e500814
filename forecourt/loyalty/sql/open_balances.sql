-- Give customers an empty balance; businesses start in a tier of their own where there is one.
INSERT INTO loyalty_balance (customer_id, points, tier, tier_value, sales)
SELECT new.customer_id, 0,
       CASE WHEN customer.kind = 'business' AND %(business_tier)s::text <> '' THEN %(business_tier)s ELSE %(tier)s END, 0, 0
FROM unnest(%(customer_ids)s::bigint[]) AS new (customer_id)
LEFT JOIN customers_customer AS customer ON customer.id = new.customer_id
ON CONFLICT (customer_id) DO NOTHING
