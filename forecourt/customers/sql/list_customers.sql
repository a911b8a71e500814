-- Customers who are not merged into others, those who joined last first.
SELECT shown.id, shown.id
FROM customers_customer AS shown
WHERE shown.merged_into_id IS NULL
  AND (%(after)s = 0 OR (shown.joined_at, shown.id) < (
        (SELECT joined_at FROM customers_customer WHERE id = %(after)s), %(after)s))
  AND (%(tag)s::text IS NULL OR shown.tags @> ARRAY[%(tag)s]::varchar[])
  AND (%(kind)s::text IS NULL OR shown.kind = %(kind)s)
ORDER BY shown.joined_at DESC, shown.id DESC
LIMIT %(limit)s
