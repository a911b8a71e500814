-- The prices of a product, newest first: everywhere and at a station, or at all stations when none is named.
SELECT price.id, price.product_id, price.station_id, coalesce(station.code, '') AS station, price.price,
    price.effective_from, price.announced_at, price.announced_by, price.withdrawn_at,
    CASE
        WHEN price.withdrawn_at IS NOT NULL THEN 'withdrawn'
        WHEN price.effective_from > %(now)s THEN 'announced'
        WHEN price.id = first_value(price.id) OVER (
            PARTITION BY price.station_id, price.withdrawn_at IS NULL AND price.effective_from <= %(now)s
            ORDER BY price.effective_from DESC, price.id DESC
        ) THEN 'in_force'
        ELSE 'past'
    END AS state
FROM catalogue_price AS price
LEFT JOIN organisation_station AS station ON station.id = price.station_id
WHERE price.product_id = %(product_id)s
    AND (%(station_id)s::bigint IS NULL OR price.station_id IS NULL OR price.station_id = %(station_id)s::bigint)
ORDER BY price.effective_from DESC, price.id DESC
LIMIT %(limit)s
