-- What a product cost, newest first: everywhere and at a station, or at all stations in scope when none is named.
SELECT cost.id, cost.product_id, product.code AS product, product.name, product.unit, cost.station_id,
    coalesce(station.code, '') AS station, cost.cost, cost.effective_from, cost.recorded_at, cost.recorded_by,
    CASE
        WHEN cost.effective_from > %(now)s THEN 'announced'
        WHEN cost.id = first_value(cost.id) OVER (
            PARTITION BY cost.station_id, cost.effective_from <= %(now)s
            ORDER BY cost.effective_from DESC, cost.id DESC
        ) THEN 'in_force'
        ELSE 'past'
    END AS state
FROM catalogue_cost AS cost
JOIN catalogue_product AS product ON product.id = cost.product_id
LEFT JOIN organisation_station AS station ON station.id = cost.station_id
WHERE cost.product_id = %(product_id)s
    AND (%(station_id)s::bigint IS NULL OR cost.station_id IS NULL OR cost.station_id = %(station_id)s::bigint)
    AND (%(stations)s::bigint[] IS NULL OR cost.station_id IS NULL OR cost.station_id = ANY(%(stations)s::bigint[]))
ORDER BY cost.effective_from DESC, cost.id DESC
LIMIT %(limit)s
