-- Where and when referrers bought while their new members' sales can count.
SELECT referral.id, sale.station_id, sale.occurred_at
FROM occasions_referral AS referral
JOIN customers_customer AS referrer ON referrer.id = referral.referrer_id
JOIN customers_customer AS family
    ON family.id = coalesce(referrer.merged_into_id, referrer.id)
    OR family.merged_into_id = coalesce(referrer.merged_into_id, referrer.id)
JOIN sales_sale AS sale
    ON sale.customer_id = family.id AND sale.refund_of IS NULL
   AND sale.business_date >= (referral.joined_at - interval '3 days')::date
   AND sale.business_date <= (referral.joined_at + make_interval(days => (referral.terms ->> 'within_days')::int + 3))::date
WHERE referral.id = ANY(%(ids)s::bigint[])
