-- The coupons of redemptions: one for each that issued one, void where it was taken back.
SELECT 'redemption ' || coalesce(redemption.id::text, coupon.origin),
       coalesce(redemption.state, 'no redemption'), coalesce(coupon.status, 'no coupon')
FROM (SELECT id, coupon_id, state FROM rewards_redemption WHERE coupon_id IS NOT NULL) AS redemption
FULL JOIN (
    SELECT id, origin, status FROM coupons_coupon WHERE origin LIKE 'redemption:%'
) AS coupon ON coupon.id = redemption.coupon_id AND coupon.origin = 'redemption:' || redemption.id
WHERE redemption.id IS NULL OR coupon.id IS NULL OR (redemption.state = 'cancelled' AND coupon.status <> 'void')
