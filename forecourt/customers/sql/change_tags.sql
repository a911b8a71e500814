-- Take tags off customers and put others on, keeping the order; says who changed and how many tags each has now.
WITH changed AS (
    SELECT id, kept.tags || ARRAY(
        SELECT tag FROM unnest(%(add)s::varchar[]) WITH ORDINALITY AS new (tag, place)
        WHERE tag <> ALL (kept.tags) ORDER BY place
    ) AS tags
    FROM customers_customer AS customer
    CROSS JOIN LATERAL (
        SELECT ARRAY(
            SELECT tag FROM unnest(customer.tags) WITH ORDINALITY AS old (tag, place)
            WHERE tag <> ALL (%(remove)s::varchar[]) ORDER BY place
        ) AS tags
    ) AS kept
    WHERE customer.id = ANY(%(ids)s::bigint[])
)
UPDATE customers_customer AS customer SET tags = changed.tags
FROM changed
WHERE customer.id = changed.id AND customer.tags IS DISTINCT FROM changed.tags
RETURNING customer.id, cardinality(customer.tags)
