-- Credits that are lots of their own, with the month they were earned in. What a credit put back into older lots is theirs.
CREATE TEMP TABLE closing_credit ON COMMIT DROP AS
SELECT entry.customer_id, entry.id, entry.business_date, entry.kind, entry.sale_id, entry.earned_at, entry.recorded_at,
       entry.expires_on, (entry.points + coalesce(back.points, 0))::integer AS points,
       date_trunc('month', entry.earned_at AT TIME ZONE %(zone)s)::date AS cohort
FROM closing_entry AS entry
LEFT JOIN (
    SELECT customer_id, debit_id, sum(points) AS points FROM closing_move WHERE points < 0 GROUP BY customer_id, debit_id
) AS back ON back.customer_id = entry.customer_id AND back.debit_id = entry.id
WHERE entry.points > 0 AND entry.points + coalesce(back.points, 0) > 0
