-- How often members came, and when last, by survivor: their own sales and those of everybody merged into them, but for
-- goods taken back; sales that were refunded whole count for the last time only. Those merged away have none. Where a moment
-- is named, with the sale of that moment: as it was before that sale.
WITH family AS (
    SELECT member.id AS member_id, coalesce(member.merged_into_id, member.id) AS customer_id
    FROM customers_customer AS member
    WHERE %(customer_ids)s::bigint[] IS NULL
       OR coalesce(member.merged_into_id, member.id) IN (
            SELECT coalesce(asked.merged_into_id, asked.id) FROM customers_customer AS asked
            WHERE asked.id = ANY(%(customer_ids)s::bigint[])
       )
), taken AS (
    SELECT refund.refund_of AS sale_id, line.number, sum(line.quantity) AS quantity, sum(line.amount) AS amount,
           sum(line.discount) AS discount
    FROM family
    JOIN sales_sale AS refund ON refund.customer_id = family.member_id AND refund.refund_of IS NOT NULL
                                AND (%(at)s::timestamptz IS NULL OR refund.occurred_at < %(at)s::timestamptz)
    JOIN sales_line AS line ON line.customer_id = refund.customer_id AND line.business_date = refund.business_date
                           AND line.sale_id = refund.id
    GROUP BY 1, 2
), whole AS (
    SELECT sale.id
    FROM family
    JOIN sales_sale AS sale ON sale.customer_id = family.member_id AND sale.refund_of IS NULL
    JOIN sales_line AS line ON line.customer_id = sale.customer_id AND line.business_date = sale.business_date
                           AND line.sale_id = sale.id
    LEFT JOIN taken ON taken.sale_id = sale.id AND taken.number = line.number
    WHERE sale.id IN (SELECT sale_id FROM taken)
    GROUP BY sale.id
    HAVING bool_and(line.quantity + coalesce(taken.quantity, 0) = 0 AND line.amount + coalesce(taken.amount, 0) = 0
                    AND line.discount + coalesce(taken.discount, 0) = 0)
), counted AS (
    SELECT family.customer_id, count(*) FILTER (WHERE whole.id IS NULL) AS sales, max(sale.occurred_at) AS last_sale_at
    FROM family
    JOIN sales_sale AS sale ON sale.customer_id = family.member_id
    LEFT JOIN whole ON whole.id = sale.id
    WHERE sale.refund_of IS NULL AND sale.net >= 0
      AND (%(at)s::timestamptz IS NULL OR (sale.occurred_at, sale.id) < (%(at)s::timestamptz, %(sale_id)s::uuid))
    GROUP BY 1
)
SELECT balance.customer_id, coalesce(counted.sales, 0)::integer AS sales, counted.last_sale_at
FROM loyalty_balance AS balance
LEFT JOIN counted ON counted.customer_id = balance.customer_id
WHERE %(customer_ids)s::bigint[] IS NULL OR balance.customer_id = ANY(%(customer_ids)s::bigint[])
