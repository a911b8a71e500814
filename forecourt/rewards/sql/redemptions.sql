-- Redemptions as they stand, with their reward and the coupon they issued.
SELECT redemption.id, redemption.code, reward.code AS reward, reward.name AS reward_name, reward.kind,
       redemption.customer_id, redemption.redeemed_for, redemption.points, redemption.money, redemption.cost,
       redemption.shares::text AS shares, redemption.state, redemption.redeemed_at, redemption.redeemed_on,
       redemption.redeemed_by, redemption.station_id, redemption.identified_by, redemption.expires_on,
       redemption.on_expiry, redemption.stock_station_id, redemption.coupon_id, coalesce(coupon.code, '') AS coupon,
       coupon.expires_on AS coupon_expires_on, redemption.closed_at, redemption.closed_by,
       redemption.collected_station_id, redemption.reason, redemption.is_returned
FROM rewards_redemption AS redemption
JOIN rewards_reward AS reward ON reward.id = redemption.reward_id
LEFT JOIN coupons_coupon AS coupon ON coupon.id = redemption.coupon_id
WHERE (%(ids)s::uuid[] IS NULL OR redemption.id = ANY(%(ids)s::uuid[]))
  AND (%(code)s::text IS NULL OR redemption.code = %(code)s::text)
  AND (%(customer_ids)s::bigint[] IS NULL OR redemption.customer_id = ANY(%(customer_ids)s::bigint[]))
  AND (%(reward_id)s::bigint IS NULL OR redemption.reward_id = %(reward_id)s::bigint)
  AND (%(state)s::text IS NULL OR redemption.state = %(state)s::text)
  AND (%(stations)s::bigint[] IS NULL OR redemption.station_id = ANY(%(stations)s::bigint[])
       OR redemption.collected_station_id = ANY(%(stations)s::bigint[]))
  AND (%(before)s::uuid IS NULL OR redemption.id < %(before)s::uuid)
ORDER BY redemption.id DESC
LIMIT %(limit)s
