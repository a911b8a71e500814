-- The pieces of each redemption against its movements: one is gone while it is open or collected, none otherwise.
SELECT 'redemption ' || coalesce(redemption.id, moved.redemption_id),
       coalesce(redemption.state, 'no redemption'), coalesce(moved.pieces, 0)::text
FROM rewards_redemption AS redemption
FULL JOIN (
    SELECT redemption_id, sum(change) AS pieces FROM rewards_movement WHERE redemption_id IS NOT NULL GROUP BY redemption_id
) AS moved ON moved.redemption_id = redemption.id
WHERE redemption.id IS NULL
   OR coalesce(moved.pieces, 0)
      <> CASE WHEN redemption.stock_station_id IS NOT NULL AND redemption.state IN ('open', 'collected') THEN -1 ELSE 0 END
