-- What spendings took and has not come back, by who paid and what for: the spender, and who of the household did. Entries of
-- refunds put points that a sale earned or took into lots that it was paid from; they give nothing of the payment back.
WITH wanted AS (
    SELECT * FROM unnest(%(customer_ids)s::bigint[], %(origins)s::text[]) AS wanted (customer_id, origin)
), payer AS (
    SELECT own.id AS asked_id, member.id AS customer_id, wanted.origin
    FROM wanted
    JOIN customers_customer AS own ON own.id = wanted.customer_id
    JOIN customers_customer AS member
      ON member.id = coalesce(own.merged_into_id, own.id) OR member.merged_into_id = coalesce(own.merged_into_id, own.id)
), everyone AS (
    SELECT asked_id, customer_id, origin FROM payer
    UNION
    SELECT payer.asked_id, shared.payer_id, payer.origin
    FROM payer
    JOIN loyalty_sharedspending AS shared ON shared.customer_id = payer.customer_id AND shared.origin = payer.origin
)
SELECT everyone.asked_id, everyone.customer_id, customer.merged_into_id, everyone.origin, -sum(entry.points)::bigint
FROM everyone
JOIN customers_customer AS customer ON customer.id = everyone.customer_id
JOIN loyalty_entry AS entry ON entry.customer_id = everyone.customer_id AND entry.origin = everyone.origin
  AND entry.kind <> 'refund'
GROUP BY 1, 2, 3, 4
HAVING sum(entry.points) < 0
ORDER BY 2, 4
