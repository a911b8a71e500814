-- Put values sealed and indexed anew in place of the old.
UPDATE customers_identity AS identity
SET sealed = new.sealed, index = new.index, last_four_index = new.last_four_index
FROM unnest(%(ids)s::bigint[], %(sealed)s::bytea[], %(indexes)s::bytea[], %(last_four)s::bytea[])
    AS new (id, sealed, index, last_four_index)
WHERE identity.id = new.id
