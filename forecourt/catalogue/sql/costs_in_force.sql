-- A page of costs in force at a moment, by product, then station, that of everywhere first; `stations` null means all. With a
-- station, one cost a product: the station's own, else that of everywhere.
WITH begun AS (
    SELECT DISTINCT ON (cost.product_id, cost.station_id) cost.*
    FROM catalogue_cost AS cost
    WHERE cost.effective_from <= %(at)s
        AND (%(product_id)s::bigint IS NULL OR cost.product_id = %(product_id)s::bigint)
        AND (%(station_id)s::bigint IS NULL OR cost.station_id IS NULL OR cost.station_id = %(station_id)s::bigint)
        AND (%(stations)s::bigint[] IS NULL OR cost.station_id IS NULL OR cost.station_id = ANY(%(stations)s::bigint[]))
    ORDER BY cost.product_id, cost.station_id, cost.effective_from DESC, cost.id DESC
)
SELECT begun.id, begun.product_id, product.code AS product, product.name, product.unit, begun.station_id,
    coalesce(station.code, '') AS station, begun.cost, begun.effective_from, begun.recorded_at, begun.recorded_by,
    'in_force' AS state
FROM begun
JOIN catalogue_product AS product ON product.id = begun.product_id
LEFT JOIN organisation_station AS station ON station.id = begun.station_id
WHERE (product.code, coalesce(station.code, '')) > (%(after_product)s, %(after_station)s)
    AND (
        %(station_id)s::bigint IS NULL OR begun.station_id IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM begun AS own WHERE own.product_id = begun.product_id AND own.station_id IS NOT NULL)
    )
ORDER BY product.code, coalesce(station.code, '')
LIMIT %(limit)s
