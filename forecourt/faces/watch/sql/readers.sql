-- How far every reader of the event log is behind its end, in positions, and how often it failed in a row.
SELECT cursor.reader, greatest(newest.position - cursor.position, 0), cursor.failures
FROM kernel_cursor AS cursor
CROSS JOIN (
    SELECT coalesce((SELECT position FROM kernel_event ORDER BY xid DESC, position DESC LIMIT 1), 0) AS position
) AS newest
ORDER BY cursor.reader
