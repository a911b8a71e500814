-- Refunds of a sale, oldest first.
SELECT id, customer_id, business_date, points_earned, points_spent
FROM sales_sale
WHERE customer_id = ANY(%(customer_ids)s::bigint[]) AND refund_of = %(sale_id)s::uuid
ORDER BY recorded_at, id
