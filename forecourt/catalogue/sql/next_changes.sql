-- Announced prices still to come, the nearest first; `stations` null means all stations. Those everywhere are for all.
SELECT price.id, price.product_id, price.station_id, product.code AS product, product.name AS product_name,
    coalesce(station.code, '') AS station, price.price, price.effective_from, price.announced_by
FROM catalogue_price AS price
JOIN catalogue_product AS product ON product.id = price.product_id
LEFT JOIN organisation_station AS station ON station.id = price.station_id
WHERE price.effective_from > %(now)s AND price.withdrawn_at IS NULL
    AND (%(stations)s::bigint[] IS NULL OR price.station_id IS NULL OR price.station_id = ANY(%(stations)s::bigint[]))
ORDER BY price.effective_from, product.code, station, price.id
LIMIT %(limit)s
