-- Customers with these characters further on in their names, the newest first; aliases as in search_prefix.
SELECT customer.id, shown.id
FROM customers_customer AS customer
JOIN customers_customer AS shown ON shown.id = coalesce(customer.merged_into_id, customer.id)
WHERE customers_name_grams(customer.name) @> customers_name_grams(%(text)s)
  AND upper(customer.name) LIKE '%%' || upper(%(pattern)s) || '%%'
  AND upper(customer.name) NOT LIKE upper(%(pattern)s) || '%%'
  AND (%(after)s = 0 OR customer.id < %(after)s)
  AND (customer.merged_into_id IS NULL OR NOT EXISTS (
        SELECT FROM customers_customer AS other
        WHERE (other.id = customer.merged_into_id
               OR other.merged_into_id = customer.merged_into_id AND other.id < customer.id)
          AND upper(other.name) LIKE '%%' || upper(%(pattern)s) || '%%'))
  AND (%(tag)s::text IS NULL OR shown.tags @> ARRAY[%(tag)s]::varchar[])
  AND (%(kind)s::text IS NULL OR shown.kind = %(kind)s)
ORDER BY customer.id DESC
LIMIT %(limit)s
