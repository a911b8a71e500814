-- Products on sale of which no cost is known at one of these stations at least: none everywhere, and fewer of their own.
SELECT product.id
FROM catalogue_product AS product
WHERE product.is_active
  AND NOT EXISTS (
      SELECT 1 FROM catalogue_cost AS cost
      WHERE cost.product_id = product.id AND cost.station_id IS NULL AND cost.effective_from <= %(now)s
  )
  AND (
      SELECT count(DISTINCT cost.station_id) FROM catalogue_cost AS cost
      WHERE cost.product_id = product.id AND cost.station_id = ANY(%(stations)s::bigint[]) AND cost.effective_from <= %(now)s
  ) < greatest(cardinality(%(stations)s::bigint[]), 1)
ORDER BY product.code
LIMIT %(limit)s
