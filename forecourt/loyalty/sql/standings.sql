-- Points, tier and visits of these customers; those without a balance yet are missing.
SELECT customer_id, points, tier, sales, last_sale_at FROM loyalty_checkout WHERE customer_id = ANY(%(customer_ids)s::bigint[])
