-- Uses left of coupons against the uses that stand and those that reservations hold; with it none is used more often than
-- it may be. A code for any number of uses has none left to count.
SELECT 'coupon ' || coupon.id, coupon.uses_left || ' of ' || coupon.uses,
       coalesce(used.count, 0) || ' used, ' || coalesce(held.count, 0) || ' held'
FROM coupons_coupon AS coupon
LEFT JOIN (
    SELECT coupon_id, count(*) AS count FROM coupons_couponuse WHERE restored_at IS NULL GROUP BY coupon_id
) AS used ON used.coupon_id = coupon.id
LEFT JOIN (SELECT coupon_id, count(*) AS count FROM coupons_couponhold GROUP BY coupon_id) AS held
  ON held.coupon_id = coupon.id AND coupon.uses > 1
WHERE coupon.uses > 0
  AND (coupon.uses_left + coalesce(used.count, 0) + coalesce(held.count, 0) <> coupon.uses OR coupon.uses_left < 0)
UNION ALL
SELECT 'coupon ' || coupon_id, 'none', count(*) || ' uses'
FROM coupons_couponuse AS use
WHERE NOT EXISTS (SELECT FROM coupons_coupon AS coupon WHERE coupon.id = use.coupon_id)
GROUP BY coupon_id
