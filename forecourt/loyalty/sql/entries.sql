-- A page of the ledger of these customers, newest first.
SELECT id, customer_id, business_date, occurred_at, recorded_at, kind, points, expires_on, sale_id, reason, actor,
       available_on, origin
FROM loyalty_entry
WHERE customer_id = ANY(%(customer_ids)s::bigint[])
  AND (%(before_at)s::timestamptz IS NULL OR (occurred_at, id) < (%(before_at)s::timestamptz, %(before_id)s::uuid))
ORDER BY occurred_at DESC, id DESC
LIMIT %(limit)s
