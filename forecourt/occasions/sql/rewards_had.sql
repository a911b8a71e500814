-- How many rewards these referrers (survivors) had since the month's and the year's beginning.
SELECT coalesce(customer.merged_into_id, customer.id),
    count(*) FILTER (WHERE referral.rewarded_at >= %(month)s), count(*)
FROM customers_customer AS customer
JOIN occasions_referral AS referral ON referral.referrer_id = customer.id AND referral.rewarded_at >= %(year)s
WHERE customer.id = ANY(%(ids)s::bigint[]) OR customer.merged_into_id = ANY(%(ids)s::bigint[])
GROUP BY 1
