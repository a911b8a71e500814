-- The next events behind a cursor that no running transaction can still precede: those the reader takes with their bodies, and
-- of what it passes over nothing but the last one. `number` counts all of them.
WITH next AS (
    SELECT event.xid, event.position, event.name,
           CASE WHEN event.name = ANY(%(names)s::text[]) THEN event.body::text END AS body,
           row_number() OVER (ORDER BY event.xid, event.position) AS number
    FROM kernel_event AS event
    WHERE (event.xid, event.position) > (%(xid)s, %(position)s)
      AND event.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    ORDER BY event.xid, event.position
    LIMIT %(limit)s
)
SELECT xid, position, name, body, number
FROM next
WHERE body IS NOT NULL OR number = (SELECT count(*) FROM next)
ORDER BY number
