-- Movements by month or what else is asked for; all before the first month as its opening.
SELECT {key}::text AS key, (month < %(since)s::date) AS is_before, kind, sum(points)::bigint AS points, sum(amount) AS amount
FROM accounts_movement
WHERE month <= %(until)s::date
GROUP BY 1, 2, 3
