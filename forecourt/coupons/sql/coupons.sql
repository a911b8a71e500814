-- Coupons with what screens and the API show of them; a coupon of a voided batch is void.
SELECT coupon.id, coupon.code, template.code AS template, template.name, coupon.customer_id,
       CASE WHEN coupon.status IN ('active', 'reserved') AND coalesce(coupon.voided_at, batch.voided_at) IS NOT NULL THEN 'void'
            ELSE coupon.status END AS status,
       coupon.active_from, coupon.expires_on, coupon.uses, coupon.uses_left, template.kind = 'generic' AS is_generic,
       coupon.template_id, coupon.reserved_by, coupon.issued_at, coupon.origin, coupon.batch_id, batch.name AS batch,
       coupon.seen_at, coupon.used_at, coupon.sale_id, coalesce(coupon.voided_at, batch.voided_at) AS voided_at,
       coupon.void_reason, coupon.issued_to
FROM coupons_coupon AS coupon
JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id
LEFT JOIN coupons_couponbatch AS batch ON batch.id = coupon.batch_id
