-- Gifts and tier benefits as noted, against the points and coupons that their origins gave: both, or neither. And gifts against
-- the version of the rules they were given by; those from before versions were kept bear none. A coupon that could not be issued
-- was left out.
WITH noted AS (
    SELECT customer_id, kind || ':' || year AS origin, points, template FROM occasions_gift
    UNION ALL
    SELECT customer_id,
        'tier:' || tier || ':' || CASE every WHEN 'entry' THEN 'entry:' ELSE '' END || period, 0, template
    FROM occasions_benefit
), expected AS (
    SELECT customer_id, origin, sum(points) AS points, count(*) FILTER (WHERE template <> '') AS coupons
    FROM noted GROUP BY customer_id, origin
), given AS (
    SELECT customer_id, origin, sum(points) AS points, sum(coupons) AS coupons
    FROM (
        SELECT customer_id, origin, points, 0 AS coupons FROM loyalty_entry
        WHERE origin LIKE 'birthday:%' OR origin LIKE 'anniversary:%'
        UNION ALL
        SELECT issued_to, origin, 0, 1 FROM coupons_coupon
        WHERE origin LIKE 'birthday:%' OR origin LIKE 'anniversary:%' OR origin LIKE 'tier:%'
    ) AS had GROUP BY customer_id, origin
)
SELECT 'customer ' || coalesce(expected.customer_id, given.customer_id) || ', '
        || coalesce(expected.origin, given.origin),
    coalesce(expected.points, 0) || ' points, ' || coalesce(expected.coupons, 0) || ' coupons',
    coalesce(given.points, 0) || ' points, ' || coalesce(given.coupons, 0) || ' coupons'
FROM expected FULL JOIN given ON given.customer_id = expected.customer_id AND given.origin = expected.origin
WHERE coalesce(expected.points, 0) <> coalesce(given.points, 0)
   OR coalesce(expected.coupons, 0) <> coalesce(given.coupons, 0)
UNION ALL
SELECT 'customer ' || gift.customer_id || ', ' || gift.kind || ':' || gift.year || ' by version ' || gift.version,
    gift.points || ' points ' || gift.template,
    coalesce((rules.body ->> 'points') || ' points ' || (rules.body ->> 'template'), 'nothing')
FROM occasions_gift AS gift
LEFT JOIN occasions_rulesversion AS rules ON rules.kind = gift.kind AND rules.version = gift.version
WHERE gift.version > 0
  AND ((rules.body ->> 'points')::bigint IS DISTINCT FROM gift.points
    OR rules.body ->> 'template' IS DISTINCT FROM gift.template AND (gift.template <> '' OR gift.points = 0))
