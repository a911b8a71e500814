-- Where every unit stands that is not finished, after the last day that changed it.
SELECT cohort, entity_id, is_gift, points, allocated, redeemed, expired, percent,
       spent_amount, breakage_amount, expired_amount, estimate_amount
FROM (
    SELECT DISTINCT ON (cohort, entity_id, is_gift) *
    FROM accounts_recognition
    ORDER BY cohort, entity_id, is_gift, day DESC
) AS latest
