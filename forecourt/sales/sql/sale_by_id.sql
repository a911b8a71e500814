-- One sale, found by way of its claim, which knows where it stands.
SELECT sale.id, sale.customer_id, sale.business_date, sale.station_id, sale.source, sale.source_ref, sale.occurred_at,
       sale.recorded_at, sale.pump, sale.staff, sale.gross, sale.discount, sale.net, sale.fuel_quantity,
       sale.fuel_amount, sale.status, sale.flags, sale.points_earned, sale.points_balance, sale.tier, sale.rulebook,
       sale.refund_of, sale.tenders::text AS tenders, sale.explanation::text AS explanation, sale.recorded_by,
       sale.pricing, sale.points_spent
FROM sales_claim AS claim
JOIN sales_sale AS sale
  ON sale.customer_id = claim.customer_id AND sale.business_date = claim.business_date AND sale.id = claim.sale_id
WHERE claim.sale_id = ANY(%(sale_ids)s::uuid[])
