"""Commands of coupons."""
