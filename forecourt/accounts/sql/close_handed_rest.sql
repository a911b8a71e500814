UPDATE accounts_lot AS lot
SET points = lot.points - handed.points, amount = lot.amount - round(lot.amount * handed.points / lot.points, %(digits)s)
FROM (SELECT customer_id, lot_id, sum(points)::integer AS points FROM closing_handed GROUP BY customer_id, lot_id) AS handed
WHERE lot.customer_id = handed.customer_id AND lot.lot_id = handed.lot_id
