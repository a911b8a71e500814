-- The first telephone and the first three plates of customers, those of their aliases included.
WITH family AS (
    SELECT id, coalesce(merged_into_id, id) AS survivor_id
    FROM customers_customer
    WHERE id = ANY(%(ids)s::bigint[]) OR merged_into_id = ANY(%(ids)s::bigint[])
), mark AS (
    SELECT family.survivor_id, family.id AS owner_id, 'phone' AS kind, identity.id, identity.sealed
    FROM family JOIN customers_identity AS identity ON identity.customer_id = family.id AND identity.kind = 'phone'
    UNION ALL
    SELECT family.survivor_id, family.id, 'plate', vehicle.id, vehicle.plate_sealed
    FROM family JOIN customers_vehicle AS vehicle ON vehicle.customer_id = family.id
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY survivor_id, kind ORDER BY owner_id <> survivor_id, id) AS place FROM mark
)
SELECT survivor_id, owner_id, kind, sealed
FROM ranked
WHERE place <= CASE kind WHEN 'phone' THEN 1 ELSE 3 END
ORDER BY survivor_id, kind, place
