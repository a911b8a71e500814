-- What offers gave on lines against the lines' discounts, and awards of sales that are not there.
SELECT 'sale ' || award.sale_id || ' line ' || award.line, coalesce(line.discount, 0)::text, award.discount::text
FROM (
    SELECT customer_id, business_date, sale_id, line, sum(discount) AS discount
    FROM sales_award GROUP BY customer_id, business_date, sale_id, line
) AS award
LEFT JOIN sales_line AS line
  ON line.customer_id = award.customer_id AND line.business_date = award.business_date AND line.sale_id = award.sale_id
 AND line.number = award.line
LEFT JOIN sales_sale AS sale
  ON sale.customer_id = award.customer_id AND sale.business_date = award.business_date AND sale.id = award.sale_id
WHERE sale.id IS NULL OR (award.line > 0 AND award.discount <> 0 AND (line.number IS NULL OR abs(award.discount) > abs(line.discount) + 0.01))
   OR (award.line = 0 AND award.discount <> 0)
