-- How often members had come before a trading day, and when last, each by the sales that bear its own id, of one share of them: as
-- balances count it, so without goods taken back, and without sales that had been refunded whole by then. Who had a sale
-- before it was repaired has it still where that was later.
WITH taken AS (
    SELECT refund.refund_of AS sale_id, line.number, sum(line.quantity) AS quantity, sum(line.amount) AS amount
    FROM sales_sale AS refund
    JOIN sales_line AS line ON line.customer_id = refund.customer_id AND line.business_date = refund.business_date
                           AND line.sale_id = refund.id
    WHERE refund.refund_of IS NOT NULL AND refund.business_date < %(since)s::date AND refund.customer_id > 0
    GROUP BY 1, 2
), whole AS (
    SELECT line.sale_id
    FROM sales_line AS line
    LEFT JOIN taken ON taken.sale_id = line.sale_id AND taken.number = line.number
    WHERE line.sale_id IN (SELECT sale_id FROM taken) AND line.business_date < %(since)s::date
    GROUP BY line.sale_id
    HAVING bool_and(line.quantity + coalesce(taken.quantity, 0) = 0 AND line.amount + coalesce(taken.amount, 0) = 0)
)
SELECT coalesce(repair.booked_customer_id, sale.customer_id), count(*) FILTER (WHERE whole.sale_id IS NULL), max(sale.occurred_at)
FROM sales_sale AS sale
LEFT JOIN unnest(%(aliases)s::bigint[], %(roots)s::bigint[]) AS alias (id, root_id) ON alias.id = sale.customer_id
LEFT JOIN whole ON whole.sale_id = sale.id
LEFT JOIN sales_repair AS repair ON repair.sale_id = sale.id
                                AND (repair.repaired_at AT TIME ZONE %(zone)s)::date >= %(since)s::date
WHERE sale.business_date < %(since)s::date AND sale.refund_of IS NULL AND sale.net >= 0 AND sale.customer_id > 0
  AND coalesce(repair.booked_customer_id, 1) > 0
  AND mod(coalesce(alias.root_id, sale.customer_id), %(shares)s::int) = %(share)s::int
GROUP BY 1
