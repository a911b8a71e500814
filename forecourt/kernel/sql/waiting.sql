-- Whether events of these names that were recorded before a moment wait for a reader, those of running transactions too.
SELECT EXISTS (
    SELECT FROM kernel_cursor AS cursor
    JOIN kernel_event AS event ON (event.xid, event.position) > (cursor.xid, cursor.position)
    WHERE cursor.reader = %(reader)s AND event.name = ANY(%(names)s::text[]) AND event.recorded_at < %(before)s
)
