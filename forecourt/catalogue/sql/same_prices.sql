-- Which of these prices, by place in the list, stand in the history already.
SELECT DISTINCT ON (new.place) new.place, price.id
FROM unnest(
    %(places)s::int[], %(product_ids)s::bigint[], %(station_ids)s::bigint[], %(prices)s::numeric[], %(froms)s::timestamptz[]
) AS new (place, product_id, station_id, price, effective_from)
JOIN catalogue_price AS price ON price.product_id = new.product_id
    AND price.station_id IS NOT DISTINCT FROM new.station_id
    AND price.effective_from = new.effective_from
WHERE price.withdrawn_at IS NULL
    AND price.price = new.price
    AND NOT EXISTS (
        SELECT 1 FROM catalogue_price AS later
        WHERE later.product_id = price.product_id AND later.station_id IS NOT DISTINCT FROM price.station_id
            AND later.effective_from = price.effective_from AND later.id > price.id AND later.withdrawn_at IS NULL
    )
ORDER BY new.place, price.id DESC
