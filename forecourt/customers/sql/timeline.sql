-- What happened to customers, the latest first, from behind a place.
SELECT id, name, customer_id, occurred_at, recorded_at, body::text
FROM kernel_event
WHERE customer_id = ANY(%(ids)s::bigint[])
  AND (%(before)s::timestamptz IS NULL
       OR occurred_at <= %(before)s AND (occurred_at < %(before)s OR id < %(before_id)s))
  AND (%(names)s::text[] IS NULL OR name = ANY(%(names)s))
ORDER BY occurred_at DESC, id DESC
LIMIT %(limit)s
