-- Points and tier of these customers; those without a balance yet are missing.
SELECT customer_id, points, tier FROM loyalty_checkout WHERE customer_id = ANY(%(customer_ids)s::bigint[])
