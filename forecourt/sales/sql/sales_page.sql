-- A page of sales, newest first. What is not asked for is null.
SELECT sale.id, sale.customer_id, sale.business_date, sale.station_id, sale.source, sale.source_ref, sale.occurred_at,
       sale.recorded_at, sale.pump, sale.staff, sale.gross, sale.discount, sale.net, sale.fuel_quantity,
       sale.fuel_amount, sale.status, sale.flags, sale.points_earned, sale.points_balance, sale.tier, sale.rulebook,
       sale.refund_of, sale.tenders::text AS tenders, sale.explanation::text AS explanation, sale.recorded_by,
       sale.pricing, sale.points_spent
FROM sales_sale AS sale
WHERE (%(customer_ids)s::bigint[] IS NULL OR sale.customer_id = ANY(%(customer_ids)s::bigint[]))
  AND (%(station_ids)s::bigint[] IS NULL OR sale.station_id = ANY(%(station_ids)s::bigint[]))
  AND (%(since)s::date IS NULL OR sale.business_date >= %(since)s::date)
  AND (%(until)s::date IS NULL OR sale.business_date <= %(until)s::date)
  AND (%(status)s::text IS NULL OR sale.status = %(status)s::text)
  AND (%(reference)s::text IS NULL OR sale.source_ref = %(reference)s::text)
  AND (%(before_at)s::timestamptz IS NULL
       OR (sale.business_date, sale.occurred_at, sale.id)
          < (%(before_day)s::date, %(before_at)s::timestamptz, %(before_id)s::uuid))
ORDER BY sale.business_date DESC, sale.occurred_at DESC, sale.id DESC
LIMIT %(limit)s
