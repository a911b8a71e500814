-- Rewards handed over on these days, by day, reward and by who pays how much of what.
SELECT redemption.closed_on, reward.code, reward.name, redemption.shares::text, redemption.cost, count(*),
       sum(redemption.points)::bigint
FROM rewards_redemption AS redemption
JOIN rewards_reward AS reward ON reward.id = redemption.reward_id
WHERE redemption.state = 'collected' AND redemption.closed_on BETWEEN %(since)s::date AND %(until)s::date
GROUP BY redemption.closed_on, reward.code, reward.name, redemption.shares::text, redemption.cost
ORDER BY redemption.closed_on, reward.code
