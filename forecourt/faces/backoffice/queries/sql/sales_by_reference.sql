-- Sales whose reference begins with a text; any station and till in scope.
SELECT sale.id, sale.customer_id, sale.business_date, sale.station_id, sale.source, sale.source_ref, sale.staff, sale.occurred_at, sale.pump,
       sale.net, sale.fuel_quantity, sale.fuel_amount, sale.status, sale.flags, sale.points_earned, sale.tier,
       sale.refund_of, customer.name AS customer_name, NULL::text[] AS grades
FROM sales_claim AS claim
JOIN sales_sale AS sale
    ON sale.customer_id = claim.customer_id AND sale.business_date = claim.business_date AND sale.id = claim.sale_id
LEFT JOIN customers_customer AS customer ON customer.id = sale.customer_id
WHERE claim.station_id = ANY(%(stations)s)
    AND claim.source = ANY(%(sources)s)
    AND claim.source_ref >= %(text)s AND claim.source_ref COLLATE "C" < (%(text)s || U&'\FFFF') COLLATE "C"
ORDER BY sale.occurred_at DESC
LIMIT %(limit)s
