-- Jobs that wait or run, by queue.
SELECT queue_name, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY queue_name
