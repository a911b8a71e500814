-- Sums of stations' days as dashboards show them, against the sales.
SELECT 'station ' || coalesce(rollup.station_id, sold.station_id) || ' on ' || coalesce(rollup.business_date, sold.business_date),
       rollup.sales || ' sales, ' || rollup.amount, sold.sales || ' sales, ' || sold.amount
FROM (
    SELECT station_id, business_date, sum(sales) AS sales, sum(amount) AS amount
    FROM sales_rollup WHERE product_id = 0 GROUP BY station_id, business_date
) AS rollup
FULL JOIN (
    SELECT station_id, business_date, count(*) FILTER (WHERE refund_of IS NULL) AS sales, sum(net) AS amount
    FROM sales_sale GROUP BY station_id, business_date
) AS sold ON sold.station_id = rollup.station_id AND sold.business_date = rollup.business_date
WHERE rollup.station_id IS NULL OR sold.station_id IS NULL OR rollup.sales <> sold.sales OR rollup.amount <> sold.amount
