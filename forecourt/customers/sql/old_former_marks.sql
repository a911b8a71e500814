-- What customers gave up, indexed under one older key.
SELECT id, customer_id, kind, sealed FROM customers_formermark
WHERE mark >= %(low)s AND mark < %(high)s AND sealed IS NOT NULL ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
