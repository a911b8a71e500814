-- The next events behind a cursor that no running transaction can still precede; bodies of those the reader takes.
SELECT event.xid, event.position, event.name,
       CASE WHEN event.name = ANY(%(names)s::text[]) THEN event.body::text END AS body
FROM kernel_event AS event
WHERE (event.xid, event.position) > (%(xid)s, %(position)s)
  AND event.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY event.xid, event.position
LIMIT %(limit)s
