-- A page of the sales that a filter (sales_filter.sql) finds in a window of days, newest first. Windows keep to few partitions; the caller widens them.
SELECT sale.id, sale.customer_id, sale.business_date, sale.station_id, sale.source, sale.source_ref, sale.staff, sale.occurred_at, sale.pump,
       sale.net, sale.fuel_quantity, sale.fuel_amount, sale.status, sale.flags, sale.points_earned, sale.tier,
       sale.refund_of, customer.name AS customer_name,
       (SELECT array_agg(line.code ORDER BY line.number) FROM sales_line AS line
        WHERE line.customer_id = sale.customer_id AND line.business_date = sale.business_date
            AND line.sale_id = sale.id AND line.kind = 'fuel') AS grades
FROM (
    SELECT * FROM sales_sale AS s
    WHERE {filter}
        AND (%(before_at)s::timestamptz IS NULL OR (s.business_date, s.occurred_at, s.id) < (%(before_day)s::date, %(before_at)s, %(before_id)s::uuid))
    ORDER BY s.business_date DESC, s.occurred_at DESC, s.id DESC
    LIMIT %(limit)s
) AS sale
LEFT JOIN customers_customer AS customer ON customer.id = sale.customer_id
ORDER BY sale.business_date DESC, sale.occurred_at DESC, sale.id DESC
