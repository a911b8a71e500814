-- Customers whose names begin so, in the order of their names. An alias stands for its survivor, unless the survivor
-- or an older alias is found by the same words itself: everybody is shown once.
SELECT customer.id, shown.id
FROM customers_customer AS customer
JOIN customers_customer AS shown ON shown.id = coalesce(customer.merged_into_id, customer.id)
WHERE upper(customer.name) LIKE upper(%(pattern)s) || '%%'
  AND (%(after)s = 0 OR (
        upper(customer.name) ~>=~ (SELECT upper(name) FROM customers_customer WHERE id = %(after)s)
        AND (upper(customer.name) ~>~ (SELECT upper(name) FROM customers_customer WHERE id = %(after)s)
             OR customer.id > %(after)s)))
  AND (customer.merged_into_id IS NULL OR NOT EXISTS (
        SELECT FROM customers_customer AS other
        WHERE (other.id = customer.merged_into_id
               OR other.merged_into_id = customer.merged_into_id AND other.id < customer.id)
          AND upper(other.name) LIKE '%%' || upper(%(pattern)s) || '%%'))
  AND (%(tag)s::text IS NULL OR shown.tags @> ARRAY[%(tag)s]::varchar[])
  AND (%(kind)s::text IS NULL OR shown.kind = %(kind)s)
ORDER BY upper(customer.name) USING ~<~, customer.id
LIMIT %(limit)s
