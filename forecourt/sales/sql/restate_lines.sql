UPDATE sales_line AS line SET product_id = found.product_id, kind = found.kind
FROM unnest(%(numbers)s::smallint[], %(product_ids)s::bigint[], %(kinds)s::text[]) AS found (number, product_id, kind)
WHERE line.customer_id = %(customer_id)s AND line.business_date = %(day)s AND line.sale_id = %(sale_id)s
  AND line.number = found.number
