-- Sales and refunds of a span of trading days, of one share of the customers (by their roots), in the order of trading days and
-- time, those that were reserved as of then, without what was repaired; of days after the span its refunds alone. Lines as text:
-- product (of a sale) or number (of a refund), quantity, amount, discount, unit price as the till stated it; what offers gave by
-- line, what it cost of goods, its points, the coupon that they used, who paid (parted by a sign that no name of a payer holds).
-- Where the rules `differ`, a sale that does not say its pricing keeps its price only if its receipt says that offers took nothing
-- off a price that stood; of one that got a discount it is not read, for its price was not final. Whose it is today and when it
-- was recorded, for those with relatives; when it was promised, and what its member had done by then. Read as it comes, not whole.
WITH promised AS MATERIALIZED (
    SELECT sale_id, made_at, (promise -> 'before')::text AS before FROM sales_reservation
    WHERE sale_id IS NOT NULL AND outcome = 'posted' AND made_at >= %(since)s::date - 2
)
SELECT sale.id, sale.refund_of, sale.customer_id, sale.business_date, sale.station_id,
       sale.occurred_at, sale.pump, sale.tier,
       CASE WHEN %(differ)s::boolean AND sale.pricing = '' AND coalesce(given.discount, 0) = 0
                 AND strpos(sale.explanation::text, '"is":"final"') = 0 THEN 'offers'
            ELSE sale.pricing END,
       sale.points_earned, 'blocked_customer' = ANY(sale.flags),
       sale.net, sale.fuel_quantity,
       (SELECT string_agg(tender ->> 'kind' || '|' || (tender ->> 'amount'), ';')
        FROM jsonb_array_elements(sale.tenders) AS tender),
       (SELECT string_agg(
            CASE WHEN sale.refund_of IS NULL THEN coalesce(line.product_id, 0) ELSE line.number END
            || '|' || line.quantity || '|' || round(line.amount, %(digits)s::int) || '|'
            || round(line.discount, %(digits)s::int) || '|' || coalesce(line.unit_price::text, ''), ';' ORDER BY line.number)
        FROM sales_line AS line
        WHERE line.customer_id = sale.customer_id AND line.business_date = sale.business_date AND line.sale_id = sale.id),
       given.awards,
       alias.survivor_id, CASE WHEN alias.id IS NOT NULL THEN sale.recorded_at END,
       promised.made_at, promised.before
FROM sales_sale AS sale
LEFT JOIN unnest(%(aliases)s::bigint[], %(survivors)s::bigint[], %(roots)s::bigint[]) AS alias (id, survivor_id, root_id)
  ON alias.id = sale.customer_id
LEFT JOIN promised ON promised.sale_id = sale.id
LEFT JOIN LATERAL (
    SELECT sum(round(award.discount, %(digits)s::int)) AS discount, string_agg(
        award.line || '|' || round(award.discount, %(digits)s::int) || '|'
        || CASE WHEN award.gifts = 0 THEN '0' ELSE round(award.gifts, %(digits)s::int)::text END
        || '|' || award.points || '|' || coalesce(award.coupon_id::text, '') || '|'
        || replace(award.funder, chr(30), ' '), chr(30)) AS awards
    FROM sales_award AS award
    WHERE award.customer_id = sale.customer_id AND award.business_date = sale.business_date AND award.sale_id = sale.id
      AND (award.discount <> 0 OR award.gifts <> 0 OR award.points <> 0 OR award.coupon_id IS NOT NULL)
) AS given ON true
WHERE sale.business_date >= %(since)s::date
  AND (sale.business_date <= %(until)s::date AND sale.net >= 0 OR sale.refund_of IS NOT NULL)
  AND sale.id NOT IN (SELECT sale_id FROM sales_repair WHERE repaired_at IS NOT NULL)
  AND mod(abs(coalesce(alias.root_id, sale.customer_id)), %(shares)s::int) = %(share)s::int
  AND (%(station_ids)s::bigint[] IS NULL OR sale.station_id = ANY(%(station_ids)s::bigint[]))
ORDER BY sale.business_date, coalesce(promised.made_at, sale.occurred_at), sale.id
