-- A customer's survivor and everybody merged into it, the survivor first.
WITH survivor AS (
    SELECT coalesce(merged_into_id, id) AS id FROM customers_customer WHERE id = %(customer_id)s
)
SELECT customer.id
FROM survivor
JOIN customers_customer AS customer ON customer.id = survivor.id OR customer.merged_into_id = survivor.id
ORDER BY customer.merged_into_id IS NOT NULL, customer.id
