-- Put what customers gave up, sealed and indexed anew, in place of the old.
UPDATE customers_formermark AS former SET sealed = new.sealed, mark = new.index
FROM unnest(%(ids)s::bigint[], %(sealed)s::bytea[], %(indexes)s::bytea[]) AS new (id, sealed, index)
WHERE former.id = new.id
