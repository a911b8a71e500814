-- Where everybody's tier stands and what counts towards it: sums of the window's sales by survivor. Merged ones have none.
WITH counted AS (
    SELECT coalesce(customer.merged_into_id, customer.id) AS customer_id,
           sum(sale.net) AS spend,
           sum(sale.fuel_quantity) AS volume,
           count(*) FILTER (WHERE sale.net >= 0 AND sale.refund_of IS NULL) AS visits
    FROM sales_sale AS sale
    JOIN customers_customer AS customer ON customer.id = sale.customer_id
    WHERE sale.business_date >= %(since)s::date AND sale.business_date < %(day)s::date
      AND sale.recorded_at <= %(cut_at)s::timestamptz
    GROUP BY 1
)
SELECT balance.customer_id, customer.kind = 'business',
       balance.tier, balance.tier_since, balance.tier_until, balance.tier_warned_on, balance.tier_value,
       coalesce(CASE %(basis)s::text
           WHEN 'spend' THEN counted.spend
           WHEN 'volume' THEN counted.volume
           ELSE counted.visits
       END, 0) AS value
FROM loyalty_balance AS balance
JOIN customers_customer AS customer ON customer.id = balance.customer_id AND customer.merged_into_id IS NULL
LEFT JOIN counted ON counted.customer_id = balance.customer_id
ORDER BY balance.customer_id
