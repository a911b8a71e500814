-- All that moved points, by unit, station and cause; the money of what was earned, given and taken back with it.
CREATE TEMP TABLE closing_sum ON COMMIT DROP AS
SELECT cohort, entity_id, station_id, is_gift, kind, sum(points)::bigint AS points, sum(amount) AS amount
FROM (
    SELECT lot.cohort, lot.entity_id, lot.station_id, lot.is_gift, lot.first_points AS points, lot.first_amount AS amount,
           CASE WHEN credit.kind IN ('adjust', 'return') THEN 'adjusted'
                WHEN lot.is_gift THEN 'given'
                ELSE 'earned' END AS kind
    FROM closing_credit AS credit
    JOIN accounts_lot AS lot ON lot.customer_id = credit.customer_id AND lot.lot_id = credit.id
    WHERE credit.kind <> 'transfer'
    UNION ALL
    SELECT cohort, 0, 0, true, points, amount, 'transferred' FROM closing_lone
    UNION ALL
    SELECT cohort, entity_id, station_id, is_gift, -points, -amount, kind FROM closing_taking
    UNION ALL
    SELECT lot.cohort, lot.entity_id, lot.station_id, lot.is_gift, -move.points, 0,
           CASE WHEN move.kind = 'expire' THEN 'expired' ELSE 'spent' END
    FROM closing_move AS move
    JOIN accounts_lot AS lot ON lot.customer_id = move.customer_id AND lot.lot_id = move.lot_id
    WHERE move.kind IN ('spend', 'return', 'expire')
) AS moved
GROUP BY cohort, entity_id, station_id, is_gift, kind
