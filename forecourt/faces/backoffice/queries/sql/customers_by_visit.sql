-- A page of customers by their last visit, the latest first. Goes down the index of last visits.
SELECT profile.customer_id AS id, profile.last_sale_at
FROM customers_profile AS profile
JOIN customers_customer AS customer ON customer.id = profile.customer_id AND customer.merged_into_id IS NULL
LEFT JOIN loyalty_balance AS balance ON balance.customer_id = profile.customer_id
WHERE profile.last_sale_at IS NOT NULL
    AND (%(kind)s = '' OR customer.kind = %(kind)s)
    AND (%(tier)s = '' OR balance.tier = %(tier)s)
    AND (%(home)s::bigint IS NULL OR profile.home_station_id = %(home)s)
    AND (%(tag)s = '' OR customer.tags @> ARRAY[%(tag)s]::varchar[])
    AND (%(visited_since)s::timestamptz IS NULL OR profile.last_sale_at >= %(visited_since)s)
    AND (%(visited_until)s::timestamptz IS NULL OR profile.last_sale_at < %(visited_until)s)
    AND (%(after_at)s::timestamptz IS NULL OR (profile.last_sale_at, profile.customer_id) < (%(after_at)s, %(after_id)s::bigint))
ORDER BY profile.last_sale_at DESC, profile.customer_id DESC
LIMIT %(limit)s
