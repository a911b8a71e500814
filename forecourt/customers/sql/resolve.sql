-- Whom identities, plates and ids lead to: a merged customer leads to its survivor.
WITH hit AS (
    SELECT index AS key, NULL::bigint AS asked, customer_id
    FROM customers_identity WHERE index = ANY(%(identities)s::bytea[])
    UNION ALL
    SELECT plate_index, NULL, customer_id
    FROM customers_vehicle WHERE plate_index = ANY(%(plates)s::bytea[])
    UNION ALL
    SELECT NULL, id, id
    FROM customers_customer WHERE id = ANY(%(ids)s::bigint[])
)
SELECT hit.key, hit.asked, coalesce(survivor.id, customer.id), coalesce(survivor.is_blocked, customer.is_blocked)
FROM hit
JOIN customers_customer AS customer ON customer.id = hit.customer_id
LEFT JOIN customers_customer AS survivor ON survivor.id = customer.merged_into_id
