SELECT coalesce(product.name, line.code) AS name, line.kind, sum(line.quantity) AS quantity, sum(line.amount - line.discount) AS amount,
       count(*) AS times
FROM sales_line AS line LEFT JOIN catalogue_product AS product ON product.id = line.product_id
WHERE line.customer_id = ANY(%(family)s) AND line.station_id = ANY(%(stations)s) AND line.business_date >= %(since)s
GROUP BY 1, 2 HAVING sum(line.quantity) > 0
ORDER BY count(*) DESC LIMIT 6
