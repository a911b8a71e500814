-- Where everybody's tier stands and what counts towards it and towards keeping it: sums of the sales of each one's window by
-- survivor. Merged ones have none.
WITH counted AS (
    SELECT coalesce(customer.merged_into_id, customer.id) AS customer_id,
           sum(CASE %(basis)s::text
               WHEN 'spend' THEN sale.net
               WHEN 'volume' THEN sale.fuel_quantity
               ELSE CASE WHEN sale.net >= 0 AND sale.refund_of IS NULL THEN 1 ELSE 0 END
           END) FILTER (WHERE sale.business_date >= %(since)s::date) AS value,
           sum(CASE %(keep_basis)s::text
               WHEN 'spend' THEN sale.net
               WHEN 'volume' THEN sale.fuel_quantity
               ELSE CASE WHEN sale.net >= 0 AND sale.refund_of IS NULL THEN 1 ELSE 0 END
           END) FILTER (WHERE sale.business_date >= %(keep_since)s::date) AS kept
    FROM sales_sale AS sale
    JOIN customers_customer AS customer ON customer.id = sale.customer_id
    WHERE sale.business_date >= %(begin)s::date AND sale.business_date < %(day)s::date
      AND sale.recorded_at <= %(cut_at)s::timestamptz
    GROUP BY 1
)
SELECT balance.customer_id, customer.kind = 'business',
       balance.tier, balance.tier_since, balance.tier_until, balance.tier_warned_on, balance.tier_value, balance.tier_kept,
       coalesce(counted.value, 0) AS value, coalesce(counted.kept, 0) AS kept
FROM loyalty_balance AS balance
JOIN customers_customer AS customer ON customer.id = balance.customer_id AND customer.merged_into_id IS NULL
LEFT JOIN counted ON counted.customer_id = balance.customer_id
ORDER BY balance.customer_id
