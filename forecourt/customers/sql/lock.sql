-- Lock customers in rising order, so that two lists never wait for each other in a ring.
SELECT id, merged_into_id FROM customers_customer WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE
