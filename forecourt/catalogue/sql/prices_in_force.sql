-- Of each product, the latest price that has begun at a moment: everywhere (station null) and at each of these stations.
-- The caller prefers a station's own.
SELECT DISTINCT ON (price.product_id, price.station_id) price.product_id, price.station_id, price.price
FROM catalogue_price AS price
WHERE price.product_id = ANY(%(product_ids)s::bigint[])
    AND (price.station_id IS NULL OR price.station_id = ANY(%(station_ids)s::bigint[]))
    AND price.effective_from <= %(at)s
    AND price.withdrawn_at IS NULL
ORDER BY price.product_id, price.station_id, price.effective_from DESC, price.id DESC
