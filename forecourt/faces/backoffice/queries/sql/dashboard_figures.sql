-- Sales by day, `back` days before each station's present trading day, up to the share of the day that has passed
-- (`upto` minutes into the trading day; a whole day is 1440). An hour under way counts by its minutes, except today's own.
WITH station AS (
    SELECT * FROM unnest(%(stations)s::bigint[], %(todays)s::date[], %(rolls)s::int[], %(minutes)s::int[])
        AS s (station_id, today, roll, minutes)
)
SELECT station.today - rollup.business_date AS back,
       rollup.station_id,
       sum(rollup.quantity * share.part) FILTER (WHERE rollup.kind = 'fuel' AND product.unit = 'volume') AS volume,
       sum(rollup.amount * share.part) FILTER (WHERE rollup.kind = 'fuel') AS fuel,
       sum(rollup.amount * share.part) FILTER (WHERE rollup.kind IN ('goods', 'service')) AS shop,
       sum(rollup.sales * share.part) FILTER (WHERE rollup.product_id = 0) AS sales,
       sum(rollup.member_sales * share.part) FILTER (WHERE rollup.product_id = 0) AS member_sales,
       sum(rollup.amount * share.part) FILTER (WHERE rollup.product_id = 0) AS net
FROM station
JOIN sales_rollup AS rollup
    ON rollup.station_id = station.station_id AND rollup.business_date IN (station.today - %(first)s::int, station.today - %(second)s::int)
LEFT JOIN catalogue_product AS product ON product.id = rollup.product_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN %(whole)s OR rollup.business_date = station.today THEN 1
        ELSE least(1, greatest(0, (station.minutes - ((rollup.hour + 24 - station.roll) %% 24) * 60) / 60.0))
    END AS part
) AS share
WHERE rollup.business_date = ANY(%(days)s)
GROUP BY 1, 2
