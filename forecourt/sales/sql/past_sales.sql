-- Sales of a span of trading days, of one share of the customers, as they were before offers and after refunds; in the order
-- of trading days and time. Lines as text: product, quantity, amount and the till's own discount.
WITH sold AS (
    SELECT * FROM sales_sale
    WHERE business_date BETWEEN %(since)s::date AND %(until)s::date AND refund_of IS NULL AND net >= 0
      AND mod(abs(customer_id), %(shares)s::int) = %(share)s::int
      AND (%(station_ids)s::bigint[] IS NULL OR station_id = ANY(%(station_ids)s::bigint[]))
), given AS (
    SELECT sale_id, line, sum(discount) AS discount FROM sales_award
    WHERE business_date BETWEEN %(since)s::date AND %(until)s::date AND line > 0
      AND mod(abs(customer_id), %(shares)s::int) = %(share)s::int
    GROUP BY sale_id, line
), refund AS (
    SELECT sale.refund_of, line.number, sum(line.quantity) AS quantity, sum(line.amount) AS amount,
           sum(line.discount) AS discount
    FROM sales_sale AS sale
    JOIN sales_line AS line
      ON line.customer_id = sale.customer_id AND line.business_date = sale.business_date AND line.sale_id = sale.id
    WHERE sale.refund_of IS NOT NULL AND sale.business_date >= %(since)s::date
      AND mod(abs(sale.customer_id), %(shares)s::int) = %(share)s::int
    GROUP BY sale.refund_of, line.number
), basket AS (
    SELECT line.sale_id,
           string_agg(
               coalesce(line.product_id, 0) || '|' || round(line.quantity + coalesce(refund.quantity, 0), 3) || '|'
               || round(line.amount + coalesce(refund.amount, 0) - (line.discount - coalesce(given.discount, 0)), %(digits)s::int)
               || '|' || round(line.discount - coalesce(given.discount, 0), %(digits)s::int),
               ';' ORDER BY line.number) AS lines
    FROM sales_line AS line
    LEFT JOIN given ON given.sale_id = line.sale_id AND given.line = line.number
    LEFT JOIN refund ON refund.refund_of = line.sale_id AND refund.number = line.number
    WHERE line.business_date BETWEEN %(since)s::date AND %(until)s::date
      AND mod(abs(line.customer_id), %(shares)s::int) = %(share)s::int
      AND line.quantity + coalesce(refund.quantity, 0) > 0
    GROUP BY line.sale_id
), before AS (
    SELECT sale_id, sum(discount) AS discount FROM given GROUP BY sale_id
)
SELECT sold.id, sold.customer_id, sold.business_date, sold.station_id, sold.occurred_at, sold.pump, sold.tier,
       (SELECT string_agg(tender ->> 'kind' || '|' || (tender ->> 'amount'), ';') FROM jsonb_array_elements(sold.tenders) AS tender),
       sold.points_earned, coalesce(before.discount, 0), 'blocked_customer' = ANY(sold.flags), basket.lines
FROM sold
JOIN basket ON basket.sale_id = sold.id
LEFT JOIN before ON before.sale_id = sold.id
ORDER BY sold.business_date, sold.occurred_at, sold.id
