-- Credits of transfers that nothing stands against, a debt that was cleared for instance: points that came free.
INSERT INTO accounts_lot (customer_id, lot_id, sale_id, cohort, station_id, entity_id, is_gift, earned_at, expires_on,
                          points, amount, first_points, first_amount, day)
SELECT customer_id, id, NULL, cohort, 0, 0, true, earned_at, expires_on, points, amount, points, amount, %(day)s::date
FROM closing_lone
