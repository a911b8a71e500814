-- To begin a statement with: `family`, each customer that is asked for (customer_ids) with all merged with it.
WITH asked AS (
    SELECT id AS customer_id, coalesce(merged_into_id, id) AS survivor_id
    FROM customers_customer WHERE id = ANY(%(customer_ids)s::bigint[])
), family AS (
    SELECT customer_id, survivor_id AS member_id FROM asked
    UNION ALL
    SELECT asked.customer_id, alias.id
    FROM asked JOIN customers_customer AS alias ON alias.merged_into_id = asked.survivor_id
)
