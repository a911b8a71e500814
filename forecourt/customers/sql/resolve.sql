-- Whom identities, plates and ids lead to, a merged customer to its survivor; of a plate, what the vehicle is used for.
WITH hit AS (
    SELECT index AS key, NULL::bigint AS asked, customer_id, NULL::varchar AS usage
    FROM customers_identity WHERE index = ANY(%(identities)s::bytea[])
    UNION ALL
    SELECT plate_index, NULL, customer_id, usage
    FROM customers_vehicle WHERE plate_index = ANY(%(plates)s::bytea[])
    UNION ALL
    SELECT NULL, id, id, NULL
    FROM customers_customer WHERE id = ANY(%(ids)s::bigint[])
)
SELECT hit.key, hit.asked, coalesce(survivor.id, customer.id), coalesce(survivor.is_blocked, customer.is_blocked),
    hit.usage
FROM hit
JOIN customers_customer AS customer ON customer.id = hit.customer_id
LEFT JOIN customers_customer AS survivor ON survivor.id = customer.merged_into_id
