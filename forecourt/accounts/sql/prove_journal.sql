-- Days and legal entities whose debits are not their credits, or whose close tells other sums.
SELECT 'day ' || coalesce(line.day, closed.day) || ' entity ' || coalesce(line.entity_id, 0),
       coalesce(line.debit, 0)::text, coalesce(line.credit, 0)::text
FROM (SELECT day, entity_id, sum(debit) AS debit, sum(credit) AS credit FROM accounts_journal GROUP BY day, entity_id) AS line
FULL JOIN (SELECT day FROM accounts_close) AS closed ON closed.day = line.day
WHERE line.debit <> line.credit OR (line.day IS NOT NULL AND closed.day IS NULL)
UNION ALL
SELECT 'day ' || closed.day, closed.debit::text, coalesce(line.debit, 0)::text
FROM accounts_close AS closed
LEFT JOIN (SELECT day, sum(debit) AS debit FROM accounts_journal GROUP BY day) AS line ON line.day = closed.day
WHERE closed.debit <> coalesce(line.debit, 0) OR closed.credit <> closed.debit
