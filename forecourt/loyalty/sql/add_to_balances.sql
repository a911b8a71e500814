-- Carry a list of changes into balances; the ANY beside the join prunes shards where there are any.
UPDATE loyalty_balance AS balance
SET points = balance.points + change.points, sales = balance.sales + change.sales,
    last_sale_at = greatest(balance.last_sale_at, change.last_sale_at)
FROM unnest(%(customer_ids)s::bigint[], %(points)s::bigint[], %(sales)s::int[], %(last_sales)s::timestamptz[])
  AS change (customer_id, points, sales, last_sale_at)
WHERE balance.customer_id = change.customer_id AND balance.customer_id = ANY(%(customer_ids)s::bigint[])
