-- The sales of some repairs, by arrays whose days prune partitions, each with the codes the catalogue did not know.
SELECT sale.id, sale.customer_id, sale.source_ref, sale.occurred_at, sale.net, customer.name AS customer_name,
       (SELECT array_agg(DISTINCT line.code) FROM sales_line AS line
        WHERE line.customer_id = sale.customer_id AND line.business_date = sale.business_date
            AND line.sale_id = sale.id AND line.product_id IS NULL) AS unknown_codes
FROM sales_sale AS sale
LEFT JOIN customers_customer AS customer ON customer.id = sale.customer_id
WHERE sale.station_id = ANY(%(stations)s) AND sale.business_date = ANY(%(days)s) AND sale.id = ANY(%(ids)s)
