-- Which of these costs, by place in the list, stand in the history already, not replaced since.
SELECT DISTINCT new.place
FROM unnest(
    %(places)s::int[], %(product_ids)s::bigint[], %(station_ids)s::bigint[], %(costs)s::numeric[], %(froms)s::timestamptz[]
) AS new (place, product_id, station_id, cost, effective_from)
JOIN catalogue_cost AS known ON known.product_id = new.product_id
    AND known.station_id IS NOT DISTINCT FROM new.station_id
    AND known.effective_from = new.effective_from
WHERE known.cost = new.cost
    AND NOT EXISTS (
        SELECT 1 FROM catalogue_cost AS later
        WHERE later.product_id = known.product_id AND later.station_id IS NOT DISTINCT FROM known.station_id
            AND later.effective_from = known.effective_from AND later.id > known.id
    )
