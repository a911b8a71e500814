-- A page of customers who never bought anything, those who joined last first.
SELECT customer.id
FROM customers_customer AS customer
LEFT JOIN loyalty_balance AS balance ON balance.customer_id = customer.id
WHERE customer.merged_into_id IS NULL
    AND NOT EXISTS (SELECT FROM customers_profile AS p WHERE p.customer_id = customer.id AND p.last_sale_at IS NOT NULL)
    AND (%(kind)s = '' OR customer.kind = %(kind)s)
    AND (%(tier)s = '' OR balance.tier = %(tier)s)
    AND (%(home)s::bigint IS NULL OR customer.joined_station_id = %(home)s)
    AND (%(tag)s = '' OR customer.tags @> ARRAY[%(tag)s]::varchar[])
    AND (%(after_id)s::bigint IS NULL OR customer.id < %(after_id)s::bigint)
ORDER BY customer.id DESC
LIMIT %(limit)s
