-- The price in force of every fuel at every station in scope: of those begun and not withdrawn, the station's own latest,
-- else the latest everywhere.
SELECT station.id AS station_id, product.id AS product_id, price.price, price.effective_from, price.own
FROM organisation_station AS station
CROSS JOIN catalogue_product AS product
LEFT JOIN LATERAL (
    SELECT p.price, p.effective_from, p.station_id IS NOT NULL AS own
    FROM catalogue_price AS p
    WHERE p.product_id = product.id AND (p.station_id = station.id OR p.station_id IS NULL)
        AND p.effective_from <= %(now)s AND p.withdrawn_at IS NULL
    ORDER BY (p.station_id IS NOT NULL) DESC, p.effective_from DESC, p.id DESC
    LIMIT 1
) AS price ON true
WHERE station.id = ANY(%(stations)s) AND product.kind = 'fuel' AND product.is_active
