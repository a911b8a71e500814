-- A sale's fuel, summed anew from its lines.
UPDATE sales_sale AS sale SET fuel_quantity = summed.quantity, fuel_amount = summed.amount
FROM (
    SELECT coalesce(sum(quantity) FILTER (WHERE kind = 'fuel'), 0) AS quantity,
           coalesce(sum(amount - discount) FILTER (WHERE kind = 'fuel'), 0) AS amount
    FROM sales_line
    WHERE customer_id = %(customer_id)s AND business_date = %(day)s AND sale_id = %(sale_id)s
) AS summed
WHERE sale.customer_id = %(customer_id)s AND sale.business_date = %(day)s AND sale.id = %(sale_id)s
