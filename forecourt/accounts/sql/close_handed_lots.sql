INSERT INTO accounts_lot (customer_id, lot_id, sale_id, cohort, station_id, entity_id, is_gift, earned_at, expires_on,
                          points, amount, first_points, first_amount, day)
SELECT taker_id, new_id, sale_id, cohort, station_id, entity_id, is_gift, earned_at, expires_on,
       share.points, share.amount, share.points, share.amount, %(day)s::date
FROM (
    SELECT handed.taker_id, handed.new_id, handed.points, lot.sale_id, lot.cohort, lot.station_id, lot.entity_id,
           lot.is_gift, lot.earned_at, lot.expires_on,
           round(lot.amount * handed.running / lot.points, %(digits)s)
               - round(lot.amount * (handed.running - handed.points) / lot.points, %(digits)s) AS amount
    FROM closing_handed AS handed
    JOIN accounts_lot AS lot ON lot.customer_id = handed.customer_id AND lot.lot_id = handed.lot_id
) AS share
