-- Who joined between these moments of earlier years and has no gift for the day yet, by number from behind one.
WITH wanted AS (
    SELECT * FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[], %(days)s::date[]) AS wanted (since, until, day)
), candidate AS (
    SELECT customer.id, max(wanted.day) AS day
    FROM wanted
    JOIN customers_customer AS customer
        ON customer.joined_at >= wanted.since AND customer.joined_at < wanted.until
       AND customer.merged_into_id IS NULL AND NOT customer.is_blocked AND customer.id > %(after)s
    GROUP BY customer.id
)
SELECT candidate.id, candidate.day
FROM candidate
LEFT JOIN loyalty_balance AS balance ON balance.customer_id = candidate.id
LEFT JOIN customers_profile AS profile ON profile.customer_id = candidate.id
WHERE (%(tiers)s::text[] = '{}' OR balance.tier = ANY(%(tiers)s::text[]))
  AND (%(bought_since)s::timestamptz IS NULL OR profile.last_sale_at >= %(bought_since)s)
  AND NOT EXISTS (
        SELECT FROM customers_customer AS member
        JOIN occasions_gift AS gift
            ON gift.customer_id = member.id AND gift.kind = 'anniversary' AND gift.year = extract(year FROM candidate.day)
        WHERE member.id = candidate.id OR member.merged_into_id = candidate.id)
ORDER BY candidate.id
LIMIT %(limit)s
