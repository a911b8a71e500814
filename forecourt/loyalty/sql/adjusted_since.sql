-- Points that were given or taken by hand without a second person since a moment: to or from a customer, and by a person.
SELECT coalesce(sum(moved.points) FILTER (WHERE moved.customer_id = ANY(%(customer_ids)s::bigint[])), 0)::bigint,
       coalesce(sum(moved.points) FILTER (WHERE moved.actor = %(actor)s), 0)::bigint
FROM (
    SELECT customer_id, actor, (detail ->> 'points')::bigint AS points FROM kernel_audit
    WHERE action = 'points.adjust' AND at >= %(since)s::timestamptz
      AND (customer_id = ANY(%(customer_ids)s::bigint[]) OR actor = %(actor)s)
) AS moved
WHERE sign(moved.points) = sign(%(points)s::bigint)
