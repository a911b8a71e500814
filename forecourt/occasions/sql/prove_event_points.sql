-- What sign-ups cost and gave against the ledger: a cost stands unless the sign-up was cancelled, attending gives once.
WITH expected AS (
    SELECT 'signup:' || id AS origin, CASE state WHEN 'cancelled' THEN 0 ELSE -cost END AS points
    FROM occasions_signup WHERE cost > 0
    UNION ALL
    SELECT 'event:' || event_id, sum(points) FROM occasions_signup
    WHERE state = 'attended' AND points > 0 GROUP BY event_id
), given AS (
    SELECT origin, sum(points) AS points FROM loyalty_entry
    WHERE origin LIKE 'signup:%' OR origin LIKE 'event:%' GROUP BY origin
)
SELECT coalesce(expected.origin, given.origin), coalesce(expected.points, 0)::text, coalesce(given.points, 0)::text
FROM expected FULL JOIN given ON given.origin = expected.origin
WHERE coalesce(expected.points, 0) <> coalesce(given.points, 0)
