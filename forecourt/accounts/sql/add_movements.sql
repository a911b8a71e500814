INSERT INTO accounts_movement AS known (month, cohort, entity_id, station_id, is_gift, kind, points, amount)
SELECT date_trunc('month', %(day)s::date)::date, cohort, entity_id, station_id, is_gift, kind, points, amount
FROM closing_sum
ON CONFLICT (month, cohort, entity_id, station_id, is_gift, kind)
DO UPDATE SET points = known.points + excluded.points, amount = known.amount + excluded.amount
