-- Points taken from lots (or put back: negative) by what was recorded since the last close. An allocation is as old as the
-- younger of the two entries it joins: a debit that took from a lot, or a new lot that paid an old debit. What joins a
-- lot that the close does not know yet falls away later, with the lot, and is taken up with it.
CREATE TEMP TABLE closing_move ON COMMIT DROP AS
SELECT move.customer_id, move.debit_id, move.lot_id, move.points, entry.kind, entry.recorded_at
FROM closing_entry AS entry
JOIN loyalty_allocation AS move ON move.customer_id = entry.customer_id AND move.debit_id = entry.id
UNION ALL
SELECT move.customer_id, move.debit_id, move.lot_id, move.points, debit.kind, debit.recorded_at
FROM closing_entry AS lot
JOIN loyalty_allocation AS move ON move.customer_id = lot.customer_id AND move.lot_id = lot.id
JOIN loyalty_entry AS debit ON debit.customer_id = move.customer_id AND debit.id = move.debit_id
WHERE lot.points > 0 AND debit.recorded_at < %(since)s::timestamptz
