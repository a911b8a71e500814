SELECT station_id, count(*) AS visits, sum(fuel_quantity) AS volume, max(occurred_at) AS last_at
FROM sales_sale
WHERE customer_id = ANY(%(family)s) AND station_id = ANY(%(stations)s) AND business_date >= %(since)s AND net >= 0
GROUP BY 1 ORDER BY 2 DESC LIMIT 5
