-- Those whose sale stands under another customer or day than its points: found by its name.
INSERT INTO closing_sale (id, station_id, entity_id, paid)
SELECT DISTINCT ON (sale.id) sale.id, sale.station_id, coalesce(station.legal_entity_id, 0),
       sale.net - CASE WHEN sale.points_spent = 0 THEN 0 ELSE coalesce((
           SELECT sum((tender ->> 'amount')::numeric) FROM jsonb_array_elements(sale.tenders) AS tender
           WHERE tender ->> 'kind' = 'points'), 0) END
FROM closing_credit AS credit
JOIN sales_claim AS claim ON claim.sale_id = credit.sale_id
JOIN sales_sale AS sale
  ON sale.customer_id = claim.customer_id AND sale.business_date = claim.business_date AND sale.id = claim.sale_id
LEFT JOIN organisation_station AS station ON station.id = sale.station_id
WHERE NOT EXISTS (SELECT 1 FROM closing_sale AS known WHERE known.id = credit.sale_id)
