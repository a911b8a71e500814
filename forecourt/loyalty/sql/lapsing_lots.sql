-- Customers, behind one, who hold lots whose last day lies in a span.
SELECT DISTINCT entry.customer_id
FROM loyalty_entry AS entry
LEFT JOIN (
    SELECT customer_id, lot_id, sum(points) AS points FROM loyalty_allocation
    WHERE customer_id > %(after)s GROUP BY customer_id, lot_id
) AS taken ON taken.customer_id = entry.customer_id AND taken.lot_id = entry.id
LEFT JOIN (
    SELECT customer_id, debit_id, sum(points) AS points FROM loyalty_allocation
    WHERE points < 0 AND customer_id > %(after)s GROUP BY customer_id, debit_id
) AS returned ON returned.customer_id = entry.customer_id AND returned.debit_id = entry.id
WHERE entry.expires_on >= %(since)s::date AND entry.expires_on <= %(until)s::date AND entry.points > 0
  AND entry.customer_id > %(after)s
  AND entry.points + coalesce(returned.points, 0) - coalesce(taken.points, 0) > 0
ORDER BY entry.customer_id
LIMIT %(limit)s
