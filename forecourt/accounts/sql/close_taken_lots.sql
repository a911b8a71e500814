UPDATE accounts_lot AS lot
SET points = lot.points - taken.points, amount = lot.amount - taken.amount
FROM (
    SELECT customer_id, lot_id, sum(points)::integer AS points, sum(amount) AS amount
    FROM closing_taking GROUP BY customer_id, lot_id
) AS taken
WHERE lot.customer_id = taken.customer_id AND lot.lot_id = taken.lot_id
