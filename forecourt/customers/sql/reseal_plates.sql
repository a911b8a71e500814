-- Put plates sealed and indexed anew in place of the old.
UPDATE customers_vehicle AS vehicle
SET plate_sealed = new.sealed, plate_index = new.index, last_four_index = new.last_four_index
FROM unnest(%(ids)s::bigint[], %(sealed)s::bytea[], %(indexes)s::bytea[], %(last_four)s::bytea[])
    AS new (id, sealed, index, last_four_index)
WHERE vehicle.id = new.id
