SELECT id, at, actor, action, subject, customer_id, station_id, reason, detail::text AS detail
FROM kernel_audit
WHERE (
        %(actor)s = '' OR actor ILIKE %(actor_like)s
        OR actor IN (SELECT 'staff:' || username FROM organisation_staff WHERE name ILIKE %(actor_like)s)
    )
    AND (%(action)s = '' OR action LIKE %(action_like)s)
    AND (%(customer)s::bigint IS NULL OR customer_id = %(customer)s)
    AND at >= %(since)s AND at < %(until)s
    AND (%(stations)s::bigint[] IS NULL OR station_id = ANY(%(stations)s))
    AND (%(after_at)s::timestamptz IS NULL OR (at, id) < (%(after_at)s, %(after_id)s::uuid))
ORDER BY at DESC, id DESC
LIMIT %(limit)s
