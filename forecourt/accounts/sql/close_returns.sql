-- Points put back by something other than a return (a refund of a sale that was paid with points): the lot had been spent
-- from, so the spending is undone.
UPDATE closing_move AS back
SET kind = 'return'
FROM (
    SELECT put.customer_id, put.debit_id, put.lot_id
    FROM closing_move AS put
    JOIN loyalty_allocation AS taken ON taken.customer_id = put.customer_id AND taken.lot_id = put.lot_id
    JOIN loyalty_entry AS entry ON entry.customer_id = taken.customer_id AND entry.id = taken.debit_id
    WHERE put.points < 0 AND put.kind <> 'return' AND taken.debit_id <> put.debit_id AND entry.kind IN ('spend', 'return')
      AND entry.recorded_at < %(until)s::timestamptz
    GROUP BY put.customer_id, put.debit_id, put.lot_id, put.points
    HAVING sum(taken.points) >= -put.points
) AS spent
WHERE back.customer_id = spent.customer_id AND back.debit_id = spent.debit_id AND back.lot_id = spent.lot_id
