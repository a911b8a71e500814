-- Customers, behind one, who did not come since a moment and hold points, earned before it, that lapse with their visits.
SELECT balance.customer_id
FROM loyalty_balance AS balance
WHERE balance.points > 0 AND balance.customer_id > %(after)s
  AND (balance.last_sale_at IS NULL OR balance.last_sale_at < %(since)s::timestamptz)
  AND EXISTS (
    SELECT 1 FROM loyalty_entry AS entry
    WHERE entry.customer_id = balance.customer_id AND entry.points > 0 AND entry.expires_on IS NULL
      AND coalesce(entry.earned_at, entry.occurred_at) < %(since)s::timestamptz
  )
ORDER BY balance.customer_id
LIMIT %(limit)s
