-- These sales as they stand: whose they are now, and what is left of fuel and amount after refunds. OFFSET 0 has each looked up
-- by its whole key, in its month: joined plainly, all that its customer bought in any month is read and compared.
SELECT sale.id, sale.customer_id, coalesce(customer.merged_into_id, sale.customer_id) AS survivor_id, sale.occurred_at,
    sale.fuel_quantity + coalesce(refunded.volume, 0) AS volume, sale.net + coalesce(refunded.amount, 0) AS amount
FROM sales_claim AS claim
CROSS JOIN LATERAL (
    SELECT * FROM sales_sale AS one
    WHERE one.customer_id = claim.customer_id AND one.business_date = claim.business_date AND one.id = claim.sale_id OFFSET 0
) AS sale
JOIN customers_customer AS customer ON customer.id = sale.customer_id
LEFT JOIN LATERAL (
    SELECT sum(refund.fuel_quantity) AS volume, sum(refund.net) AS amount
    FROM sales_sale AS refund WHERE refund.customer_id = sale.customer_id AND refund.refund_of = sale.id
) AS refunded ON TRUE
WHERE claim.sale_id = ANY(%(sale_ids)s::uuid[]) AND sale.refund_of IS NULL AND sale.customer_id > 0
ORDER BY sale.occurred_at, sale.id
