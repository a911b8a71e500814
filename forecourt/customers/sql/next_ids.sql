-- So many new customer ids.
SELECT nextval('customers_customer_id_seq') FROM generate_series(1, %(count)s)
