-- Rewarded referrals against what their origins gave: to each of the two what the terms promise, and nothing to others.
WITH promised AS (
    SELECT referrer_paid_id AS customer_id, 'referral:' || id AS origin, terms -> 'referrer' AS reward
    FROM occasions_referral WHERE state = 'rewarded'
    UNION ALL
    SELECT referred_paid_id, 'referral:' || id, terms -> 'friend' FROM occasions_referral WHERE state = 'rewarded'
), expected AS (
    SELECT customer_id, origin, (reward ->> 'points')::bigint AS points,
        CASE WHEN reward ->> 'template' = '' THEN 0 ELSE 1 END AS coupons
    FROM promised
), given AS (
    SELECT customer_id, origin, sum(points) AS points, sum(coupons) AS coupons
    FROM (
        SELECT customer_id, origin, points, 0 AS coupons FROM loyalty_entry WHERE origin LIKE 'referral:%'
        UNION ALL
        SELECT issued_to, origin, 0, 1 FROM coupons_coupon WHERE origin LIKE 'referral:%'
    ) AS had GROUP BY customer_id, origin
)
SELECT coalesce(expected.origin, given.origin) || ' to customer '
        || coalesce(expected.customer_id, given.customer_id, 0),
    coalesce(expected.points, 0) || ' points, ' || coalesce(expected.coupons, 0) || ' coupons',
    coalesce(given.points, 0) || ' points, ' || coalesce(given.coupons, 0) || ' coupons'
FROM expected FULL JOIN given ON given.customer_id = expected.customer_id AND given.origin = expected.origin
WHERE coalesce(expected.points, 0) <> coalesce(given.points, 0)
   OR coalesce(expected.coupons, 0) <> coalesce(given.coupons, 0)
