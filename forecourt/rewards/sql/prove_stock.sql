-- Stocks against the sum of their movements.
SELECT 'reward ' || coalesce(stock.reward_id, moved.reward_id) || ' at ' || coalesce(stock.station_id, moved.station_id),
       coalesce(stock.pieces, 0)::text, coalesce(moved.pieces, 0)::text
FROM rewards_stock AS stock
FULL JOIN (
    SELECT reward_id, station_id, sum(change) AS pieces FROM rewards_movement GROUP BY reward_id, station_id
) AS moved ON moved.reward_id = stock.reward_id AND moved.station_id = stock.station_id
WHERE coalesce(stock.pieces, 0) <> coalesce(moved.pieces, 0)
