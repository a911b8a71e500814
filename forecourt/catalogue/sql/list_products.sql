-- A page of products in the order of their codes; an empty criterion matches all. `text` is a code, the beginning of
-- one, or part of the name or brand; `category` takes all that stands below it too.
SELECT product.id, product.code, product.name, product.kind, product.unit, product.family,
    coalesce(category.code, '') AS category, coalesce(category.name, '') AS category_name,
    product.brand, product.is_active,
    ARRAY(
        SELECT known.code FROM catalogue_productcode AS known
        WHERE known.product_id = product.id AND known.code <> product.code ORDER BY known.code
    ) AS barcodes
FROM catalogue_product AS product
LEFT JOIN catalogue_category AS category ON category.id = product.category_id
WHERE product.code > %(after)s
    AND (%(ids)s::bigint[] IS NULL OR product.id = ANY(%(ids)s::bigint[]))
    AND (%(kind)s = '' OR product.kind = %(kind)s)
    AND (%(family)s = '' OR product.family = %(family)s)
    AND (%(category)s = '' OR category.code = %(category)s OR starts_with(category.code, %(category)s || '/'))
    AND (product.is_active OR NOT %(only_active)s)
    AND (
        NOT %(costless)s OR NOT EXISTS (
            SELECT 1 FROM catalogue_cost AS cost
            WHERE cost.product_id = product.id AND cost.station_id IS NULL AND cost.effective_from <= %(now)s
        ) AND (
            SELECT count(DISTINCT cost.station_id) FROM catalogue_cost AS cost
            WHERE cost.product_id = product.id AND cost.station_id = ANY(%(stations)s::bigint[])
              AND cost.effective_from <= %(now)s
        ) < greatest(cardinality(%(stations)s::bigint[]), 1)
    )
    AND (
        %(text)s = '' OR product.name ILIKE %(inside)s OR product.brand ILIKE %(inside)s
        OR product.code ILIKE %(beginning)s
        OR product.id IN (SELECT known.product_id FROM catalogue_productcode AS known WHERE known.code = %(text)s)
    )
ORDER BY product.code
LIMIT %(limit)s
