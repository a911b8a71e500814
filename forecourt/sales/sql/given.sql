-- What these offers gave these customers, by day.
SELECT customer_id, offer_id, business_date, sum(discount), sum(quantity), sum(uses)::int, sum(points)::int
FROM sales_award
WHERE customer_id = ANY(%(customer_ids)s::bigint[]) AND offer_id = ANY(%(offer_ids)s::bigint[])
GROUP BY customer_id, offer_id, business_date
