-- Codes that open repairs in scope are waiting for, the most frequent first.
SELECT line.code, count(*) AS sales, sum(line.amount) AS amount, array_agg(repair.sale_id ORDER BY repair.opened_at) AS sale_ids,
       (array_agg(line.kind))[1] AS kind
FROM sales_repair AS repair
JOIN sales_line AS line
    ON line.business_date = repair.business_date AND line.sale_id = repair.sale_id AND line.customer_id = repair.customer_id
WHERE repair.closed_at IS NULL AND repair.station_id = ANY(%(stations)s) AND 'unknown_product' = ANY(repair.flags)
    AND line.product_id IS NULL
GROUP BY line.code
ORDER BY count(*) DESC, line.code
LIMIT 50
