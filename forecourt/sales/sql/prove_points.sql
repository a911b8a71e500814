-- Points of sales against the ledger's entries that name them.
SELECT 'sale ' || coalesce(sale.id, entry.sale_id), coalesce(sale.points_earned, 0)::text, coalesce(entry.points, 0)::text
FROM sales_sale AS sale
FULL JOIN (
    SELECT sale_id, sum(points) AS points FROM loyalty_entry WHERE sale_id IS NOT NULL GROUP BY sale_id
) AS entry ON entry.sale_id = sale.id
WHERE sale.id IS NULL OR sale.points_earned <> coalesce(entry.points, 0)
