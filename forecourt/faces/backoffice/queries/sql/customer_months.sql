SELECT date_trunc('month', business_date)::date AS month, sum(fuel_quantity) AS volume, sum(net - fuel_amount) AS shop
FROM sales_sale
WHERE customer_id = ANY(%(family)s) AND station_id = ANY(%(stations)s) AND business_date >= %(since)s
GROUP BY 1 ORDER BY 1
