-- The customers that a filter finds, to be counted.
SELECT customer.id
FROM customers_customer AS customer
LEFT JOIN customers_profile AS profile ON profile.customer_id = customer.id
LEFT JOIN loyalty_balance AS balance ON balance.customer_id = customer.id
WHERE customer.merged_into_id IS NULL
    AND (%(kind)s = '' OR customer.kind = %(kind)s)
    AND (%(tier)s = '' OR balance.tier = %(tier)s)
    AND (%(home)s::bigint IS NULL
        OR CASE WHEN profile.last_sale_at IS NULL THEN customer.joined_station_id ELSE profile.home_station_id END = %(home)s)
    AND (%(tag)s = '' OR customer.tags @> ARRAY[%(tag)s]::varchar[])
    AND (%(visited_since)s::timestamptz IS NULL OR profile.last_sale_at >= %(visited_since)s)
    AND (%(visited_until)s::timestamptz IS NULL OR profile.last_sale_at < %(visited_until)s)
    AND (NOT %(never)s OR profile.last_sale_at IS NULL)
