-- Balances against what lots hold and debits owe; lots never below nothing, debits never paid twice, never both open.
WITH taken AS (
    SELECT customer_id, lot_id, sum(points) AS points FROM loyalty_allocation GROUP BY customer_id, lot_id
), moved AS (
    SELECT customer_id, debit_id, sum(points) AS points, sum(points) FILTER (WHERE points < 0) AS returned
    FROM loyalty_allocation GROUP BY customer_id, debit_id
), entry AS (
    SELECT entry.customer_id, entry.id, entry.points,
           CASE WHEN entry.points > 0 THEN entry.points + coalesce(moved.returned, 0) - coalesce(taken.points, 0) ELSE 0 END
             AS remaining,
           CASE WHEN entry.points < 0 THEN -entry.points - coalesce(moved.points, 0) ELSE 0 END AS owed
    FROM loyalty_entry AS entry
    LEFT JOIN taken ON taken.customer_id = entry.customer_id AND taken.lot_id = entry.id
    LEFT JOIN moved ON moved.customer_id = entry.customer_id AND moved.debit_id = entry.id
), account AS (
    SELECT customer_id, sum(remaining) AS held, sum(owed) AS owed, min(remaining) AS least, min(owed) AS least_owed
    FROM entry GROUP BY customer_id
)
SELECT 'customer ' || account.customer_id, balance.points::text,
       account.held || ' held, ' || account.owed || ' owed, least lot ' || account.least || ', least debt ' || account.least_owed
FROM account
LEFT JOIN loyalty_balance AS balance ON balance.customer_id = account.customer_id
WHERE balance.points IS DISTINCT FROM account.held - account.owed
   OR account.least < 0 OR account.least_owed < 0 OR (account.held > 0 AND account.owed > 0)
