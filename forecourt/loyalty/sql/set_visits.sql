-- Put counts of sales, and the latest, in the place of what balances say.
UPDATE loyalty_balance AS balance SET sales = counted.sales, last_sale_at = counted.last_sale_at
FROM unnest(%(customer_ids)s::bigint[], %(sales)s::int[], %(last_sales)s::timestamptz[])
  AS counted (customer_id, sales, last_sale_at)
WHERE balance.customer_id = counted.customer_id AND balance.customer_id = ANY(%(customer_ids)s::bigint[])
