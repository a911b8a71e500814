-- Refunds that take more than was sold, by line.
SELECT 'sale ' || sale.id || ' line ' || line.number, line.quantity || ' for ' || line.amount,
       taken.quantity || ' for ' || taken.amount
FROM (
    SELECT refund.refund_of, refund_line.number, sum(refund_line.quantity) AS quantity, sum(refund_line.amount) AS amount
    FROM sales_sale AS refund
    JOIN sales_line AS refund_line
      ON refund_line.customer_id = refund.customer_id AND refund_line.business_date = refund.business_date
     AND refund_line.sale_id = refund.id
    WHERE refund.refund_of IS NOT NULL
    GROUP BY refund.refund_of, refund_line.number
) AS taken
JOIN sales_claim AS claim ON claim.sale_id = taken.refund_of
JOIN sales_sale AS sale
  ON sale.customer_id = claim.customer_id AND sale.business_date = claim.business_date AND sale.id = claim.sale_id
JOIN sales_line AS line
  ON line.customer_id = sale.customer_id AND line.business_date = sale.business_date AND line.sale_id = sale.id
 AND line.number = taken.number
WHERE abs(taken.quantity) > abs(line.quantity) OR abs(taken.amount) > abs(line.amount)
