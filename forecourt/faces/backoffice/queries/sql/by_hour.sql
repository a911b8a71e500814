-- Net sales by hour of one day, beside the mean of the same weekday in the four weeks before it.
SELECT hour,
       sum(amount) FILTER (WHERE business_date = %(day)s) AS today,
       sum(amount) FILTER (WHERE business_date <> %(day)s) / greatest(1, (
           SELECT count(DISTINCT business_date) FROM sales_rollup
           WHERE business_date = ANY(%(before)s) AND station_id = ANY(%(stations)s) AND product_id = 0
       )) AS usual
FROM sales_rollup
WHERE product_id = 0 AND station_id = ANY(%(stations)s) AND (business_date = %(day)s OR business_date = ANY(%(before)s))
GROUP BY hour
ORDER BY hour
