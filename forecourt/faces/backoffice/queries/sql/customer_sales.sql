-- A page of a customer's sales (the whole family of merged ids), newest first.
SELECT sale.id, sale.customer_id, sale.business_date, sale.station_id, sale.source, sale.source_ref, sale.staff, sale.occurred_at, sale.pump,
       sale.net, sale.fuel_quantity, sale.fuel_amount, sale.status, sale.flags, sale.points_earned, sale.tier,
       sale.refund_of,
       (SELECT array_agg(line.code ORDER BY line.number) FROM sales_line AS line
        WHERE line.customer_id = sale.customer_id AND line.business_date = sale.business_date
            AND line.sale_id = sale.id AND line.kind = 'fuel') AS grades
FROM sales_sale AS sale
WHERE sale.customer_id = ANY(%(family)s) AND sale.station_id = ANY(%(stations)s)
    AND (%(before_at)s::timestamptz IS NULL OR (sale.business_date, sale.occurred_at, sale.id) < (%(before_day)s::date, %(before_at)s, %(before_id)s::uuid))
ORDER BY sale.business_date DESC, sale.occurred_at DESC, sale.id DESC
LIMIT %(limit)s
