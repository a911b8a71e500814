-- Balances against the sum of their entries.
SELECT 'customer ' || coalesce(balance.customer_id, summed.customer_id), coalesce(balance.points, 0)::text,
       coalesce(summed.points, 0)::text
FROM loyalty_balance AS balance
FULL JOIN (SELECT customer_id, sum(points) AS points FROM loyalty_entry GROUP BY customer_id) AS summed
  ON summed.customer_id = balance.customer_id
WHERE balance.customer_id IS NULL OR balance.points <> coalesce(summed.points, 0)
