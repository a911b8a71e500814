-- Receipts of sales that were accepted before, by name.
SELECT claim.station_id, claim.source, claim.source_ref, claim.body_hash, sale.id, sale.status, sale.customer_id,
       sale.gross, sale.discount, sale.net, sale.points_earned, sale.points_balance, sale.tier, sale.flags,
       sale.explanation::text, sale.points_spent
FROM unnest(%(station_ids)s::bigint[], %(sources)s::text[], %(source_refs)s::text[])
     AS asked (station_id, source, source_ref)
JOIN sales_claim AS claim
  ON claim.station_id = asked.station_id AND claim.source = asked.source AND claim.source_ref = asked.source_ref
JOIN sales_sale AS sale
  ON sale.customer_id = claim.customer_id AND sale.business_date = claim.business_date AND sale.id = claim.sale_id
