-- Open repairs in scope, the oldest first.
SELECT sale_id, station_id, business_date, flags, opened_at
FROM sales_repair
WHERE closed_at IS NULL AND station_id = ANY(%(stations)s)
    AND (%(flag)s = '' OR %(flag)s = ANY(flags))
    AND opened_at < %(before)s
    AND (%(after)s::timestamptz IS NULL OR (opened_at, sale_id) > (%(after)s, %(after_id)s::uuid))
ORDER BY opened_at, sale_id
LIMIT %(limit)s
