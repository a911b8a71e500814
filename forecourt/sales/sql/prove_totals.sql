-- Totals of sales against their lines.
SELECT 'sale ' || sale.id, sale.gross || ' - ' || sale.discount || ' = ' || sale.net || ', fuel ' || sale.fuel_quantity,
       summed.gross || ' - ' || summed.discount || ', fuel ' || summed.fuel
FROM sales_sale AS sale
LEFT JOIN (
    SELECT customer_id, business_date, sale_id, sum(amount) AS gross, sum(discount) AS discount,
           coalesce(sum(quantity) FILTER (WHERE kind = 'fuel'), 0) AS fuel,
           coalesce(sum(amount - discount) FILTER (WHERE kind = 'fuel'), 0) AS fuel_amount
    FROM sales_line GROUP BY customer_id, business_date, sale_id
) AS summed
  ON summed.customer_id = sale.customer_id AND summed.business_date = sale.business_date AND summed.sale_id = sale.id
WHERE summed.sale_id IS NULL OR sale.gross <> summed.gross OR sale.discount <> summed.discount
   OR sale.net <> summed.gross - summed.discount OR sale.fuel_quantity <> summed.fuel OR sale.fuel_amount <> summed.fuel_amount
