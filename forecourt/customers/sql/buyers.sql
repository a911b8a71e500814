-- What rules of offers ask about customers, and what those merged into them brought, the survivors first.
SELECT customer.id, customer.merged_into_id, customer.kind, customer.tags, customer.birthday, customer.joined_at,
    customer.household_id,
    ARRAY(SELECT DISTINCT usage FROM customers_vehicle AS vehicle WHERE vehicle.customer_id = customer.id)
FROM customers_customer AS customer
WHERE customer.id = ANY(%(ids)s::bigint[]) OR customer.merged_into_id = ANY(%(ids)s::bigint[])
ORDER BY customer.merged_into_id IS NOT NULL, customer.id
