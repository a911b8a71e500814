-- Visits by weekday (1 Monday) and hour on the station's clock.
SELECT extract(isodow FROM sale.occurred_at AT TIME ZONE station.zone)::int AS weekday,
       extract(hour FROM sale.occurred_at AT TIME ZONE station.zone)::int AS hour, count(*) AS visits
FROM sales_sale AS sale JOIN organisation_station AS station ON station.id = sale.station_id
WHERE sale.customer_id = ANY(%(family)s) AND sale.station_id = ANY(%(stations)s) AND sale.business_date >= %(since)s AND sale.net >= 0
GROUP BY 1, 2
