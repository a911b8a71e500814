-- The sales of new members and of those merged into them, for as long as they can count.
SELECT referral.id, sale.id, sale.occurred_at, sale.station_id, sale.net, sale.fuel_quantity, sale.refund_of
FROM occasions_referral AS referral
JOIN customers_customer AS referred ON referred.id = referral.referred_id
JOIN customers_customer AS family
    ON family.id = coalesce(referred.merged_into_id, referred.id)
    OR family.merged_into_id = coalesce(referred.merged_into_id, referred.id)
JOIN sales_sale AS sale
    ON sale.customer_id = family.id
   AND sale.business_date >= (referral.joined_at - interval '3 days')::date
   AND (sale.refund_of IS NOT NULL OR sale.net < 0
        OR sale.business_date <= (referral.joined_at + make_interval(days => (referral.terms ->> 'within_days')::int + 3))::date)
WHERE referral.id = ANY(%(ids)s::bigint[])
