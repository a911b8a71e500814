-- Rewards in the order of the catalogue, with what is left in the stocks that count and what was redeemed since a day.
SELECT reward.id, reward.code, reward.state, reward.body::text AS body, reward.draft::text AS draft,
       reward.edited_at, reward.edited_by,
       coalesce(stock.pieces, 0)::bigint AS pieces, coalesce(redeemed.open, 0) AS open,
       coalesce(redeemed.month, 0) AS month, coalesce(redeemed.points, 0)::bigint AS points
FROM rewards_reward AS reward
LEFT JOIN (
    SELECT stock.reward_id, sum(stock.pieces) AS pieces
    FROM rewards_stock AS stock
    JOIN rewards_reward AS owner ON owner.id = stock.reward_id
    WHERE (owner.body ->> 'stock' = 'common') = (stock.station_id = 0)
      AND (%(stations)s::bigint[] IS NULL OR stock.station_id = 0 OR stock.station_id = ANY(%(stations)s::bigint[]))
    GROUP BY stock.reward_id
) AS stock ON stock.reward_id = reward.id
LEFT JOIN (
    SELECT reward_id, count(*) FILTER (WHERE state = 'open') AS open,
           count(*) FILTER (WHERE redeemed_on >= %(since)s::date AND NOT is_returned) AS month,
           sum(points) FILTER (WHERE redeemed_on >= %(since)s::date AND NOT is_returned) AS points
    FROM rewards_redemption
    WHERE redeemed_on >= %(since)s::date OR state = 'open'
    GROUP BY reward_id
) AS redeemed ON redeemed.reward_id = reward.id
WHERE (%(state)s::text IS NULL OR reward.state = %(state)s::text)
  AND (%(kind)s::text IS NULL OR reward.kind = %(kind)s::text)
  AND (%(text)s = '' OR reward.code ILIKE %(pattern)s OR reward.name ILIKE %(pattern)s)
ORDER BY reward.position, reward.code
LIMIT %(limit)s
