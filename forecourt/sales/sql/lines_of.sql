-- Lines of sales of these customers on these days.
SELECT line.sale_id, line.number, line.product_id, line.code, line.kind, line.quantity, line.unit_price, line.amount,
       line.discount, product.name
FROM sales_line AS line
LEFT JOIN catalogue_product AS product ON product.id = line.product_id
WHERE line.customer_id = ANY(%(customer_ids)s::bigint[])
  AND line.business_date = ANY(%(business_dates)s::date[])
  AND line.sale_id = ANY(%(sale_ids)s::uuid[])
ORDER BY line.sale_id, line.number
