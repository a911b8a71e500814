-- Movements by station. Revenue is recognised for a unit as a whole; it is shared among the stations in proportion to what
-- their sales allocated to the unit, as that stood before the first month and stands at the end, without losing a cent.
WITH moved AS (
    SELECT cohort, entity_id, station_id, is_gift, kind, is_before, sum(points)::bigint AS points, sum(amount) AS amount
    FROM (SELECT *, month < %(since)s::date AS is_before FROM accounts_movement WHERE month <= %(until)s::date) AS movement
    GROUP BY cohort, entity_id, station_id, is_gift, kind, is_before
), moment (is_opening) AS (VALUES (true), (false)),
weight AS (
    SELECT cohort, entity_id, station_id, is_gift, is_opening, greatest(sum(amount), 0) AS amount
    FROM moved CROSS JOIN moment
    WHERE kind IN ('earned', 'given', 'taken_back', 'adjusted', 'transferred') AND (is_before OR NOT is_opening)
    GROUP BY cohort, entity_id, station_id, is_gift, is_opening
), revenue AS (
    SELECT cohort, entity_id, is_gift, kind, is_opening, sum(amount) AS amount
    FROM moved CROSS JOIN moment
    WHERE kind IN ('spent', 'expired', 'breakage', 'estimate') AND (is_before OR NOT is_opening)
    GROUP BY cohort, entity_id, is_gift, kind, is_opening
    HAVING sum(amount) <> 0
), shared AS (
    SELECT revenue.kind, revenue.is_opening, revenue.amount, weight.station_id, weight.amount AS own,
           sum(weight.amount) OVER (of_cause ORDER BY weight.station_id) AS running,
           sum(weight.amount) OVER of_cause AS whole
    FROM revenue
    JOIN weight ON weight.cohort = revenue.cohort AND weight.entity_id = revenue.entity_id
               AND weight.is_gift = revenue.is_gift AND weight.is_opening = revenue.is_opening
    WINDOW of_cause AS (PARTITION BY revenue.cohort, revenue.entity_id, revenue.is_gift, revenue.kind, revenue.is_opening)
), share AS (
    -- where nothing is allocated any more, the unit's revenue has come to nothing as well: it stays at no station
    SELECT station_id, kind, is_opening,
           CASE WHEN whole = 0 THEN 0
                ELSE round(amount * running / whole, %(digits)s) - round(amount * (running - own) / whole, %(digits)s)
           END AS amount
    FROM shared
)
SELECT station_id::text, is_before, kind, sum(points)::bigint, sum(amount)
FROM (
    SELECT station_id, is_before, kind, points,
           CASE WHEN kind IN ('spent', 'expired', 'breakage', 'estimate') THEN 0 ELSE amount END AS amount
    FROM moved
    UNION ALL
    SELECT station_id, true, kind, 0, amount FROM share WHERE is_opening
    UNION ALL
    SELECT station_id, false, kind, 0, CASE WHEN is_opening THEN -amount ELSE amount END FROM share
) AS line
GROUP BY 1, 2, 3
