SELECT line.*, coalesce(product.name, '') AS product_name, coalesce(product.unit, '') AS unit
FROM sales_line AS line
LEFT JOIN catalogue_product AS product ON product.id = line.product_id
WHERE line.customer_id = %(customer_id)s AND line.business_date = %(business_date)s AND line.sale_id = %(sale_id)s
ORDER BY line.number
