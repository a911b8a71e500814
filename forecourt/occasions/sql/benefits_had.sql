-- What tiers brought these customers, and those merged into them, since a moment.
SELECT coalesce(customer.merged_into_id, customer.id), benefit.tier, benefit.template, benefit.every, benefit.period
FROM customers_customer AS customer
JOIN occasions_benefit AS benefit ON benefit.customer_id = customer.id AND benefit.given_at >= %(since)s
WHERE customer.id = ANY(%(ids)s::bigint[]) OR customer.merged_into_id = ANY(%(ids)s::bigint[])
