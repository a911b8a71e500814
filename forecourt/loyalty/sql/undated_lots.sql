-- Customers, behind one, who hold lots without a day of their own that were earned in one of these spans of time.
SELECT balance.customer_id
FROM loyalty_balance AS balance
WHERE balance.points > 0 AND balance.customer_id > %(after)s
  AND EXISTS (
    SELECT 1
    FROM loyalty_entry AS entry
    JOIN unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS span (starts, ends)
      ON coalesce(entry.earned_at, entry.occurred_at) >= span.starts AND coalesce(entry.earned_at, entry.occurred_at) < span.ends
    WHERE entry.customer_id = balance.customer_id AND entry.points > 0 AND entry.expires_on IS NULL
      AND entry.points
        + coalesce((SELECT sum(returned.points) FROM loyalty_allocation AS returned
                    WHERE returned.customer_id = entry.customer_id AND returned.debit_id = entry.id AND returned.points < 0), 0)
        - coalesce((SELECT sum(taken.points) FROM loyalty_allocation AS taken
                    WHERE taken.customer_id = entry.customer_id AND taken.lot_id = entry.id), 0) > 0
  )
ORDER BY balance.customer_id
LIMIT %(limit)s
