-- Sums of these stations' trading days by hour of the station's clock and product; product 0 holds the sales themselves.
INSERT INTO sales_rollup (business_date, station_id, hour, product_id, kind, sales, member_sales, quantity, amount)
WITH touched AS (
    SELECT * FROM unnest(%(station_ids)s::bigint[], %(days)s::date[]) AS touched (station_id, day)
), sold AS MATERIALIZED (
    SELECT sale.customer_id, sale.business_date, sale.id, sale.station_id, sale.net, sale.refund_of,
           sale.fuel_quantity,
           extract(hour FROM sale.occurred_at AT TIME ZONE station.zone)::smallint AS hour
    FROM touched
    JOIN sales_sale AS sale ON sale.station_id = touched.station_id AND sale.business_date = touched.day
    JOIN organisation_station AS station ON station.id = sale.station_id
    WHERE sale.business_date BETWEEN %(first)s::date AND %(last)s::date
)
SELECT business_date, station_id, hour, 0, '', count(*) FILTER (WHERE refund_of IS NULL),
       count(*) FILTER (WHERE refund_of IS NULL AND customer_id > 0), sum(fuel_quantity), sum(net)
FROM sold GROUP BY business_date, station_id, hour
UNION ALL
SELECT sold.business_date, sold.station_id, sold.hour, line.product_id, line.kind,
       count(DISTINCT sold.id) FILTER (WHERE sold.refund_of IS NULL),
       count(DISTINCT sold.id) FILTER (WHERE sold.refund_of IS NULL AND sold.customer_id > 0),
       sum(line.quantity), sum(line.amount - line.discount)
FROM sold
JOIN sales_line AS line
  ON line.customer_id = sold.customer_id AND line.business_date = sold.business_date AND line.sale_id = sold.id
WHERE line.product_id IS NOT NULL AND line.business_date BETWEEN %(first)s::date AND %(last)s::date
GROUP BY sold.business_date, sold.station_id, sold.hour, line.product_id, line.kind
