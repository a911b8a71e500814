-- Readers that have something to read: one question for all of them, since most of them mostly have nothing.
SELECT cursor.reader
FROM kernel_cursor AS cursor
WHERE EXISTS (
    SELECT FROM kernel_event AS event
    WHERE (event.xid, event.position) > (cursor.xid, cursor.position)
      AND event.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
)
