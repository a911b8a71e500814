-- Open repairs in scope, the oldest first, each with its sale and the codes the catalogue did not know.
SELECT repair.sale_id, repair.station_id, repair.flags, repair.opened_at, repair.claim_sealed IS NOT NULL AS has_claim,
       sale.customer_id, sale.business_date, sale.source_ref, sale.occurred_at, sale.recorded_at, sale.net,
       sale.fuel_quantity, customer.name AS customer_name,
       (SELECT array_agg(DISTINCT line.code) FROM sales_line AS line
        WHERE line.customer_id = sale.customer_id AND line.business_date = sale.business_date
            AND line.sale_id = sale.id AND line.product_id IS NULL) AS unknown_codes
FROM sales_repair AS repair
JOIN sales_sale AS sale
    ON sale.station_id = repair.station_id AND sale.business_date = repair.business_date AND sale.id = repair.sale_id
LEFT JOIN customers_customer AS customer ON customer.id = sale.customer_id
WHERE repair.closed_at IS NULL AND repair.station_id = ANY(%(stations)s)
    AND (%(flag)s = '' OR %(flag)s = ANY(repair.flags))
    AND repair.opened_at < %(before)s
    AND (%(after)s::timestamptz IS NULL OR (repair.opened_at, repair.sale_id) > (%(after)s, %(after_id)s::uuid))
ORDER BY repair.opened_at, repair.sale_id
LIMIT %(limit)s
