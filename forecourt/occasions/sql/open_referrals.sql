-- Referrals that can still change because of what these customers (survivors) did.
SELECT referral.id
FROM customers_customer AS customer
JOIN occasions_referral AS referral ON referral.referred_id = customer.id
WHERE (customer.id = ANY(%(ids)s::bigint[]) OR customer.merged_into_id = ANY(%(ids)s::bigint[]))
  AND referral.state IN ('pending', 'qualified', 'reversed')
UNION
SELECT referral.id
FROM customers_customer AS customer
JOIN occasions_referral AS referral ON referral.referrer_id = customer.id
WHERE %(with_referrers)s AND referral.state IN ('pending', 'qualified')
  AND (customer.id = ANY(%(ids)s::bigint[]) OR customer.merged_into_id = ANY(%(ids)s::bigint[]))
ORDER BY 1
