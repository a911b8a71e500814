-- What became revenue, told by the unit: it lessens what is owed.
INSERT INTO accounts_movement AS known (month, cohort, entity_id, station_id, is_gift, kind, points, amount)
SELECT date_trunc('month', %(day)s::date)::date, cohort, entity_id, 0, is_gift, kind, 0, -amount
FROM unnest(%(cohorts)s::date[], %(entities)s::bigint[], %(gifts)s::boolean[], %(kinds)s::text[], %(amounts)s::numeric[])
  AS recognised (cohort, entity_id, is_gift, kind, amount)
ON CONFLICT (month, cohort, entity_id, station_id, is_gift, kind)
DO UPDATE SET amount = known.amount + excluded.amount
