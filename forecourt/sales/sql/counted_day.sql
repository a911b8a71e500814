-- What a trading day counted towards tiers, by member, of one share of them. `apart`: only what a simulation does not rate: goods
-- taken back without their sale, sales that were repaired, and all of other stations than those that it is about.
SELECT coalesce(alias.survivor_id, sale.customer_id),
       sum(CASE %(basis)s::text
           WHEN 'spend' THEN sale.net
           WHEN 'volume' THEN sale.fuel_quantity
           ELSE CASE WHEN sale.net >= 0 AND sale.refund_of IS NULL THEN 1 ELSE 0 END
       END)
FROM sales_sale AS sale
LEFT JOIN unnest(%(aliases)s::bigint[], %(survivors)s::bigint[], %(roots)s::bigint[]) AS alias (id, survivor_id, root_id)
  ON alias.id = sale.customer_id
WHERE sale.business_date = %(day)s::date AND sale.customer_id > 0
  AND mod(coalesce(alias.root_id, sale.customer_id), %(shares)s::int) = %(share)s::int
  AND (NOT %(apart)s::boolean OR (sale.refund_of IS NULL AND sale.net < 0)
       OR sale.id IN (SELECT sale_id FROM sales_repair WHERE repaired_at IS NOT NULL)
       OR (%(station_ids)s::bigint[] IS NOT NULL AND NOT sale.station_id = ANY(%(station_ids)s::bigint[])))
GROUP BY 1
