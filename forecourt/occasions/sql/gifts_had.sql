-- For which years these customers, or those merged into them, had a gift of the kind.
SELECT coalesce(customer.merged_into_id, customer.id), gift.year
FROM customers_customer AS customer
JOIN occasions_gift AS gift ON gift.customer_id = customer.id AND gift.kind = %(kind)s
WHERE customer.id = ANY(%(ids)s::bigint[]) OR customer.merged_into_id = ANY(%(ids)s::bigint[])
