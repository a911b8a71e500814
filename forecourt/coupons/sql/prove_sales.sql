-- Uses of coupons in sales that are not there, and the same coupon for one use standing in two sales.
SELECT 'coupon ' || use.coupon_id, 'used in sale ' || use.sale_id, 'no such sale'
FROM coupons_couponuse AS use
WHERE use.sale_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM sales_claim AS claim WHERE claim.sale_id = use.sale_id)
