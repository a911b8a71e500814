-- What was taken out of lots without being spent or expiring: they count for less, in proportion. Several from one lot
-- share its amount without losing a cent; what is put back again brings back what it first was.
CREATE TEMP TABLE closing_taking ON COMMIT DROP AS
WITH moved AS (
    SELECT customer_id, lot_id, kind, sum(points)::integer AS points
    FROM closing_move
    WHERE kind NOT IN ('spend', 'return', 'expire')
    GROUP BY customer_id, lot_id, kind
), ordered AS (
    SELECT moved.*, lot.points AS lot_points, lot.amount AS lot_amount, lot.first_points, lot.first_amount,
           lot.cohort, lot.entity_id, lot.station_id, lot.is_gift,
           sum(greatest(moved.points, 0)) OVER (PARTITION BY moved.customer_id, moved.lot_id ORDER BY moved.kind) AS running
    FROM moved
    JOIN accounts_lot AS lot ON lot.customer_id = moved.customer_id AND lot.lot_id = moved.lot_id
    WHERE moved.points <> 0
)
SELECT customer_id, lot_id, cohort, entity_id, station_id, is_gift, points,
       CASE kind WHEN 'refund' THEN 'taken_back' WHEN 'rerate' THEN 'taken_back' WHEN 'transfer' THEN 'transferred'
                 ELSE 'adjusted' END AS kind,
       CASE WHEN points > 0
            THEN round(lot_amount * running / lot_points, %(digits)s)
                 - round(lot_amount * (running - points) / lot_points, %(digits)s)
            ELSE -round(first_amount * -points / first_points, %(digits)s)
       END AS amount
FROM ordered
