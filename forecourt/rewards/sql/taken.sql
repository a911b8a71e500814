-- How many of each reward a customer (a whole family) has redeemed: today, this month, in all. What was given back does not count.
SELECT reward_id, count(*) FILTER (WHERE redeemed_on = %(today)s::date),
       count(*) FILTER (WHERE redeemed_on >= %(month)s::date), count(*)
FROM rewards_redemption
WHERE customer_id = ANY(%(customer_ids)s::bigint[]) AND NOT is_returned
  AND (%(reward_id)s::bigint IS NULL OR reward_id = %(reward_id)s::bigint)
GROUP BY reward_id
