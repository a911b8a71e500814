-- What offers gave on these sales of these customers, and what refunds took back, in sum.
SELECT line, offer_id, offer, version, funder, sum(discount), sum(quantity), sum(points)::int, sum(uses)::int,
       (array_agg(coupon_id) FILTER (WHERE coupon_id IS NOT NULL))[1], sum(gifts)
FROM sales_award
WHERE customer_id = ANY(%(customer_ids)s::bigint[]) AND sale_id = ANY(%(sale_ids)s::uuid[])
GROUP BY line, offer_id, offer, version, funder
ORDER BY offer_id, line, funder
