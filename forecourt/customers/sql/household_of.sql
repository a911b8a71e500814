-- With whom customers share a household, by the id that was asked for: survivors only, themselves among them.
SELECT asked.id, member.id
FROM customers_customer AS asked
JOIN customers_customer AS own ON own.id = coalesce(asked.merged_into_id, asked.id)
JOIN customers_customer AS member
    ON member.id = own.id OR (member.household_id = own.household_id AND member.merged_into_id IS NULL)
WHERE asked.id = ANY(%(ids)s::bigint[])
ORDER BY asked.id, member.id
