-- What of two customers tells that a referral may be none: one household, like marks (those of before count), staff,
-- enrolments in one minute; and whether one of them is blocked.
WITH pair AS (
    SELECT referral.id, referral.joined_at, referral.terms,
        coalesce(referrer.merged_into_id, referrer.id) AS referrer_id,
        coalesce(referred.merged_into_id, referred.id) AS referred_id,
        referred.joined_station_id
    FROM occasions_referral AS referral
    JOIN customers_customer AS referrer ON referrer.id = referral.referrer_id
    JOIN customers_customer AS referred ON referred.id = referral.referred_id
    WHERE referral.id = ANY(%(ids)s::bigint[])
), member AS (
    SELECT pair.id, family.id AS customer_id, family.household_id, family.tags, side.is_referrer, family.merged_into_id
    FROM pair
    CROSS JOIN LATERAL (VALUES (pair.referrer_id, true), (pair.referred_id, false)) AS side (customer_id, is_referrer)
    JOIN customers_customer AS family ON family.id = side.customer_id OR family.merged_into_id = side.customer_id
), mark AS (
    SELECT member.id, member.is_referrer, coalesce(identity.last_four_index, identity.index) AS mark
    FROM member JOIN customers_identity AS identity ON identity.customer_id = member.customer_id
    UNION
    SELECT member.id, member.is_referrer, former.mark
    FROM member JOIN customers_formermark AS former ON former.customer_id = member.customer_id
    UNION
    SELECT member.id, member.is_referrer, vehicle.last_four_index
    FROM member JOIN customers_vehicle AS vehicle ON vehicle.customer_id = member.customer_id
)
SELECT pair.id, pair.referrer_id, pair.referred_id,
    EXISTS (
        SELECT FROM member AS one JOIN member AS other ON other.id = one.id AND other.household_id = one.household_id
        WHERE one.id = pair.id AND one.is_referrer AND NOT other.is_referrer
          AND one.merged_into_id IS NULL AND other.merged_into_id IS NULL) AS household,
    EXISTS (
        SELECT FROM mark AS one JOIN mark AS other ON other.id = one.id AND other.mark = one.mark
        WHERE one.id = pair.id AND one.is_referrer AND NOT other.is_referrer) AS alike,
    EXISTS (
        SELECT FROM member
        WHERE member.id = pair.id
          AND member.tags && ARRAY(SELECT jsonb_array_elements_text(pair.terms -> 'staff_tags'))::varchar[]) AS staff,
    EXISTS (
        SELECT FROM occasions_referral AS other
        JOIN customers_customer AS friend ON friend.id = other.referred_id
        JOIN customers_customer AS bringer ON bringer.id = other.referrer_id
        WHERE coalesce(bringer.merged_into_id, bringer.id) = pair.referrer_id AND other.id <> pair.id
          AND friend.joined_station_id IS NOT DISTINCT FROM pair.joined_station_id
          AND other.joined_at BETWEEN pair.joined_at - make_interval(mins => (pair.terms ->> 'minutes')::int)
              AND pair.joined_at + make_interval(mins => (pair.terms ->> 'minutes')::int)
          AND (pair.terms ->> 'minutes')::int > 0) AS burst,
    EXISTS (
        SELECT FROM customers_customer AS one
        WHERE one.id IN (pair.referrer_id, pair.referred_id) AND one.is_blocked) AS blocked
FROM pair
