-- Whose birthday is kept on one of these days and who has no gift for it yet, by number from behind one.
WITH wanted AS (
    SELECT * FROM unnest(%(keys)s::smallint[], %(days)s::date[]) AS wanted (key, day)
), born AS (
    SELECT coalesce(customer.merged_into_id, customer.id) AS id, wanted.day
    FROM wanted
    JOIN customers_customer AS customer ON customer.birthday = wanted.key
    LEFT JOIN customers_customer AS survivor ON survivor.id = customer.merged_into_id
    -- of who has none itself, the birthday of the first one merged into it counts
    WHERE customer.merged_into_id IS NULL
       OR survivor.birthday IS NULL AND NOT EXISTS (
            SELECT FROM customers_customer AS other
            WHERE other.merged_into_id = customer.merged_into_id AND other.birthday IS NOT NULL AND other.id < customer.id)
), candidate AS (
    SELECT born.id, max(born.day) AS day FROM born WHERE born.id > %(after)s GROUP BY born.id
)
SELECT candidate.id, candidate.day
FROM candidate
JOIN customers_customer AS customer ON customer.id = candidate.id AND NOT customer.is_blocked
LEFT JOIN loyalty_balance AS balance ON balance.customer_id = candidate.id
LEFT JOIN customers_profile AS profile ON profile.customer_id = candidate.id
WHERE (%(tiers)s::text[] = '{}' OR balance.tier = ANY(%(tiers)s::text[]))
  AND (%(bought_since)s::timestamptz IS NULL OR profile.last_sale_at >= %(bought_since)s)
  AND NOT EXISTS (
        SELECT FROM customers_customer AS member
        JOIN occasions_gift AS gift
            ON gift.customer_id = member.id AND gift.kind = 'birthday' AND gift.year = extract(year FROM candidate.day)
        WHERE member.id = candidate.id OR member.merged_into_id = candidate.id)
ORDER BY candidate.id
LIMIT %(limit)s
