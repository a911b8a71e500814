-- Coupons that sales may use: those presented by code, the automatic ones that members hold, and those that refunds give
-- back, take back or free; and those that members hold of templates of which offers ask it. Coupons with a number of uses
-- are locked in rising order, which lists never leave; codes for any number of uses are only read. A coupon of a voided
-- batch is void, and so is to others one that was voided while a reservation holds it.
WITH wanted AS (
    SELECT id FROM coupons_coupon WHERE code = ANY(%(codes)s::text[])
    UNION
    SELECT id FROM coupons_coupon
    WHERE customer_id IS NOT NULL AND customer_id = ANY(%(customer_ids)s::bigint[])
      AND (status = 'active' AND template_id = ANY(%(automatic)s::bigint[])
           OR status IN ('active', 'reserved') AND template_id = ANY(%(held)s::bigint[]))
      AND (expires_on IS NULL OR expires_on >= %(since)s::date)
    UNION
    SELECT coupon_id FROM coupons_couponuse WHERE sale_id = ANY(%(sale_ids)s::uuid[]) AND restored_at IS NULL
    UNION
    SELECT id FROM coupons_coupon WHERE origin <> '' AND origin = ANY(%(origins)s::text[])
    UNION
    SELECT id FROM coupons_coupon WHERE reserved_by IS NOT NULL AND reserved_by = ANY(%(reservation_ids)s::uuid[])
    UNION
    SELECT coupon_id FROM coupons_couponhold WHERE reservation_id = ANY(%(reservation_ids)s::uuid[])
), taken AS (
    SELECT * FROM coupons_coupon WHERE id IN (SELECT id FROM wanted) AND uses > 0 ORDER BY id /*lock*/
), found AS (
    SELECT * FROM taken
    UNION ALL
    SELECT * FROM coupons_coupon WHERE id IN (SELECT id FROM wanted) AND uses = 0
)
SELECT found.id, found.code, template.code, found.customer_id,
       CASE WHEN found.status IN ('active', 'reserved') AND coalesce(found.voided_at, batch.voided_at) IS NOT NULL THEN 'void'
            ELSE found.status END,
       found.active_from, found.expires_on, found.uses_left, template.kind = 'generic', found.template_id, found.uses,
       found.reserved_by,
       ARRAY(SELECT hold.reservation_id FROM coupons_couponhold AS hold
             WHERE hold.coupon_id = found.id AND hold.reservation_id = ANY(%(reservation_ids)s::uuid[])),
       found.used_at
FROM found
JOIN coupons_coupontemplate AS template ON template.id = found.template_id
LEFT JOIN coupons_couponbatch AS batch ON batch.id = found.batch_id
ORDER BY found.id
