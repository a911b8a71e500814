-- Codes that some sales in repair are waiting for, the most frequent first; the arrays of days prune partitions.
SELECT code, count(*) AS sales, sum(amount) AS amount, array_agg(sale_id) AS sale_ids
FROM sales_line
WHERE customer_id = ANY(%(customers)s) AND business_date = ANY(%(days)s) AND sale_id = ANY(%(ids)s)
    AND product_id IS NULL
GROUP BY code
ORDER BY count(*) DESC, code
LIMIT 50
