-- What members' referrals came to, of those made in a period: by referrer, those with most rewards first.
WITH made AS (
    SELECT coalesce(referrer.merged_into_id, referrer.id) AS bringer_id, referral.*,
        referral.terms -> 'referrer' AS own, referral.terms -> 'friend' AS other
    FROM occasions_referral AS referral
    JOIN customers_customer AS referrer ON referrer.id = referral.referrer_id
    WHERE referral.made_at >= %(since)s AND referral.made_at < %(until)s
)
SELECT made.bringer_id AS referrer_id, min(customer.name) AS name, count(*) AS made,
    count(*) FILTER (WHERE made.qualified_at IS NOT NULL) AS qualified,
    count(*) FILTER (WHERE made.state = 'rewarded') AS rewarded,
    coalesce(sum((made.own ->> 'points')::int + (made.other ->> 'points')::int)
        FILTER (WHERE made.state = 'rewarded'), 0)::bigint AS points,
    coalesce(array_agg(made.own ->> 'template') FILTER (WHERE made.state = 'rewarded'), '{}')
        || coalesce(array_agg(made.other ->> 'template') FILTER (WHERE made.state = 'rewarded'), '{}') AS templates,
    coalesce(sum(profile.spend_total), 0) AS spend
FROM made
JOIN customers_customer AS customer ON customer.id = made.bringer_id
LEFT JOIN customers_profile AS profile ON profile.customer_id = made.referred_id
GROUP BY made.bringer_id
ORDER BY 5 DESC, 3 DESC, 1
LIMIT %(limit)s
