-- Customers with one of these identities or plates, whole or by the last four; a merged one's survivor in its place.
WITH hit AS (
    SELECT customer_id FROM customers_identity
    WHERE index = ANY(%(exact)s::bytea[]) OR last_four_index = ANY(%(last_four)s::bytea[])
    UNION
    SELECT customer_id FROM customers_vehicle
    WHERE plate_index = ANY(%(exact)s::bytea[]) OR last_four_index = ANY(%(last_four)s::bytea[])
), found AS (
    SELECT DISTINCT coalesce(customer.merged_into_id, customer.id) AS id
    FROM hit JOIN customers_customer AS customer ON customer.id = hit.customer_id
)
SELECT shown.id, shown.id
FROM found JOIN customers_customer AS shown ON shown.id = found.id
WHERE (%(after)s = 0 OR shown.id < %(after)s)
  AND (%(tag)s::text IS NULL OR shown.tags @> ARRAY[%(tag)s]::varchar[])
  AND (%(kind)s::text IS NULL OR shown.kind = %(kind)s)
ORDER BY shown.id DESC
LIMIT %(limit)s
