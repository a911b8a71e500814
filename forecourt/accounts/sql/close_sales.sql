-- The sales that gave these credits: where, and what was paid for them in money, not in points.
CREATE TEMP TABLE closing_sale ON COMMIT DROP AS
SELECT DISTINCT ON (sale.id) sale.id, sale.station_id, coalesce(station.legal_entity_id, 0) AS entity_id,
       sale.net - CASE WHEN sale.points_spent = 0 THEN 0 ELSE coalesce((
           SELECT sum((tender ->> 'amount')::numeric) FROM jsonb_array_elements(sale.tenders) AS tender
           WHERE tender ->> 'kind' = 'points'), 0) END AS paid
FROM closing_credit AS credit
JOIN sales_sale AS sale
  ON sale.customer_id = credit.customer_id AND sale.business_date = credit.business_date AND sale.id = credit.sale_id
LEFT JOIN organisation_station AS station ON station.id = sale.station_id
