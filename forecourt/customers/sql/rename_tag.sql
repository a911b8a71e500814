-- One tag in another's place; whoever had both keeps the new one once.
UPDATE customers_customer
SET tags = CASE WHEN tags @> ARRAY[%(new)s]::varchar[] THEN array_remove(tags, %(old)s::varchar)
    ELSE array_replace(tags, %(old)s::varchar, %(new)s::varchar) END
WHERE tags @> ARRAY[%(old)s]::varchar[]
RETURNING id
