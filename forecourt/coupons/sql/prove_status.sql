-- The status of coupons against what is left of them: used up when nothing is, reserved as a whole by a reservation. One that
-- was voided is good for nobody else.
SELECT 'coupon ' || id, status,
       CASE WHEN uses > 0 AND uses_left = 0 THEN 'used' WHEN reserved_by IS NOT NULL THEN 'reserved' ELSE 'active' END
FROM coupons_coupon
WHERE status <> 'void'
  AND status <> CASE WHEN uses > 0 AND uses_left = 0 THEN 'used' WHEN reserved_by IS NOT NULL THEN 'reserved' ELSE 'active' END
UNION ALL
SELECT 'coupon ' || id, status || ' with a reservation', status
FROM coupons_coupon WHERE reserved_by IS NOT NULL AND status <> 'reserved'
UNION ALL
SELECT 'coupon ' || id, status || ', voided', 'void' FROM coupons_coupon WHERE voided_at IS NOT NULL AND status = 'active'
