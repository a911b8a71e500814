-- Every accepted name has its sale, and every sale its name.
SELECT coalesce('claim of ' || claim.sale_id, 'sale ' || sale.id), (claim.sale_id IS NOT NULL)::text, (sale.id IS NOT NULL)::text
FROM sales_claim AS claim
FULL JOIN sales_sale AS sale
  ON sale.id = claim.sale_id AND sale.customer_id = claim.customer_id AND sale.business_date = claim.business_date
 AND sale.station_id = claim.station_id AND sale.source = claim.source AND sale.source_ref = claim.source_ref
WHERE claim.sale_id IS NULL OR sale.id IS NULL
