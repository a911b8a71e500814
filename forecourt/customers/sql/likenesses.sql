-- Customers of the same name with the same last four of a phone, card or plate: they may be one.
WITH mark AS (
    SELECT customer_id, last_four_index FROM customers_identity WHERE last_four_index IS NOT NULL
    UNION ALL
    SELECT customer_id, last_four_index FROM customers_vehicle
), alike AS (
    SELECT min(customer.name) AS name, array_agg(DISTINCT customer.id ORDER BY customer.id) AS ids
    FROM mark
    JOIN customers_customer AS customer ON customer.id = mark.customer_id AND customer.merged_into_id IS NULL
    GROUP BY upper(customer.name), mark.last_four_index
    HAVING count(DISTINCT customer.id) > 1
)
SELECT min(name), ids FROM alike GROUP BY ids ORDER BY ids[cardinality(ids)] DESC, ids LIMIT %(limit)s
