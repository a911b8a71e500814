-- Identities indexed under one older key.
SELECT id, customer_id, kind, sealed FROM customers_identity
WHERE index >= %(low)s AND index < %(high)s ORDER BY index LIMIT %(limit)s FOR UPDATE SKIP LOCKED
