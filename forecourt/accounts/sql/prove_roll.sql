-- The roll-forward's closing points by cohort against what the ledger's lots held at the last close.
WITH cut AS (SELECT max(cut_at) AS at FROM accounts_close),
back AS (
    SELECT entry.customer_id, move.debit_id, sum(move.points) AS points
    FROM loyalty_allocation AS move
    JOIN loyalty_entry AS entry ON entry.customer_id = move.customer_id AND entry.id = move.debit_id
    WHERE move.points < 0 AND entry.recorded_at < (SELECT at FROM cut)
    GROUP BY entry.customer_id, move.debit_id
), taken AS (
    SELECT move.customer_id, move.lot_id, sum(move.points) AS points
    FROM loyalty_allocation AS move
    JOIN loyalty_entry AS debit ON debit.customer_id = move.customer_id AND debit.id = move.debit_id
    WHERE debit.recorded_at < (SELECT at FROM cut)
    GROUP BY move.customer_id, move.lot_id
), held AS (
    SELECT lot.cohort, lot.entity_id, lot.is_gift,
           sum(entry.points + coalesce(back.points, 0) - coalesce(taken.points, 0)) AS points
    FROM loyalty_entry AS entry
    LEFT JOIN accounts_lot AS lot ON lot.customer_id = entry.customer_id AND lot.lot_id = entry.id
    LEFT JOIN back ON back.customer_id = entry.customer_id AND back.debit_id = entry.id
    LEFT JOIN taken ON taken.customer_id = entry.customer_id AND taken.lot_id = entry.id
    WHERE entry.points > 0 AND entry.recorded_at < (SELECT at FROM cut) AND entry.points + coalesce(back.points, 0) > 0
    GROUP BY lot.cohort, lot.entity_id, lot.is_gift
), rolled AS (
    SELECT cohort, entity_id, is_gift, sum(points) AS points FROM accounts_movement GROUP BY cohort, entity_id, is_gift
)
SELECT 'cohort ' || coalesce(to_char(coalesce(rolled.cohort, held.cohort), 'YYYY-MM'), 'not booked')
       || ' entity ' || coalesce(rolled.entity_id, held.entity_id, 0)
       || CASE WHEN coalesce(rolled.is_gift, held.is_gift) THEN ' gifts' ELSE '' END,
       coalesce(rolled.points, 0)::text, coalesce(held.points, 0)::text
FROM rolled
FULL JOIN held ON held.cohort = rolled.cohort AND held.entity_id = rolled.entity_id AND held.is_gift = rolled.is_gift
WHERE coalesce(rolled.points, 0) <> coalesce(held.points, 0)
