-- Points that sales were paid with, less what their refunds gave back, against the ledger's entries that name the sale.
SELECT 'sale ' || coalesce(paid.sale_id, moved.sale_id), coalesce(paid.points, 0)::text, coalesce(moved.points, 0)::text
FROM (
    SELECT coalesce(refund_of, id) AS sale_id, sum(points_spent) AS points
    FROM sales_sale WHERE points_spent <> 0 GROUP BY 1
) AS paid
FULL JOIN (
    SELECT substr(origin, 6)::uuid AS sale_id, -sum(points) AS points
    FROM loyalty_entry WHERE origin LIKE 'sale:%' AND kind IN ('spend', 'return') GROUP BY 1
) AS moved ON moved.sale_id = paid.sale_id
WHERE coalesce(paid.points, 0) <> coalesce(moved.points, 0)
