-- The points of each redemption against the ledger's entries for it: taken while it stands, given back where it says so.
SELECT 'redemption ' || coalesce(redemption.id::text, entry.origin),
       CASE WHEN redemption.id IS NULL THEN 'no redemption' WHEN redemption.is_returned THEN '0'
            ELSE (-redemption.points)::text END,
       coalesce(entry.points, 0)::text
FROM rewards_redemption AS redemption
FULL JOIN (
    SELECT origin, sum(points) AS points FROM loyalty_entry WHERE origin LIKE 'redemption:%' GROUP BY origin
) AS entry ON entry.origin = 'redemption:' || redemption.id
WHERE redemption.id IS NULL
   OR coalesce(entry.points, 0) <> CASE WHEN redemption.is_returned THEN 0 ELSE -redemption.points END
