-- Coupons that attending was noted to give, against those that events issued: to whom, for which, and once.
WITH expected AS (
    SELECT paid_id AS customer_id, 'event:' || event_id AS origin, template, count(*) AS coupons
    FROM occasions_signup WHERE state = 'attended' AND template <> '' GROUP BY paid_id, event_id, template
), given AS (
    SELECT coupon.issued_to AS customer_id, coupon.origin, template.code AS template, count(*) AS coupons
    FROM coupons_coupon AS coupon JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id
    WHERE coupon.origin LIKE 'event:%' GROUP BY coupon.issued_to, coupon.origin, template.code
)
SELECT 'customer ' || coalesce(expected.customer_id, given.customer_id, 0) || ', '
        || coalesce(expected.origin, given.origin) || ', ' || coalesce(expected.template, given.template),
    coalesce(expected.coupons, 0) || ' coupons', coalesce(given.coupons, 0) || ' coupons'
FROM expected FULL JOIN given
    ON given.customer_id = expected.customer_id AND given.origin = expected.origin AND given.template = expected.template
WHERE coalesce(expected.coupons, 0) <> coalesce(given.coupons, 0)
