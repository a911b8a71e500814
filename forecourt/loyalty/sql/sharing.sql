-- From whose points customers may spend, by the id that was asked for: survivors' own, and their household's where it shares.
-- Who is blocked spends nothing, and nobody spends what is theirs.
SELECT asked.id, member.id
FROM customers_customer AS asked
JOIN customers_customer AS own ON own.id = coalesce(asked.merged_into_id, asked.id) AND NOT own.is_blocked
JOIN customers_customer AS member
  ON (member.id = own.id
      OR (%(shares)s::boolean AND member.household_id = own.household_id AND member.merged_into_id IS NULL))
  AND NOT member.is_blocked
WHERE asked.id = ANY(%(ids)s::bigint[])
ORDER BY asked.id, member.id
