-- Of events that have places free, those who wait and would take them, and some more, in case one of them cannot.
-- Members of tiers that are served first come first; among equals who signed up first. Who is blocked is passed over.
-- `queries.sign_ups` counts the same line.
SELECT waiting.id, waiting.event_id, waiting.customer_id, waiting.free
FROM (
    SELECT sign_up.id, sign_up.event_id, sign_up.customer_id, room.free,
        row_number() OVER (
            PARTITION BY sign_up.event_id
            ORDER BY coalesce(member.tier = ANY(%(priority)s::text[]), false) DESC, sign_up.id) AS place
    FROM (
        SELECT event.id, CASE WHEN event.places = 0 THEN 1000000 ELSE event.places - (
            SELECT count(*) FROM occasions_signup AS taken
            WHERE taken.event_id = event.id AND taken.state IN ('going', 'attended', 'absent')) END AS free
        FROM occasions_event AS event
        WHERE event.id = ANY(%(ids)s::bigint[]) AND event.state = 'open' AND event.starts_at > %(now)s
    ) AS room
    JOIN occasions_signup AS sign_up ON sign_up.event_id = room.id AND sign_up.state = 'waiting'
    JOIN customers_customer AS customer ON customer.id = sign_up.customer_id
    JOIN customers_customer AS survivor
        ON survivor.id = coalesce(customer.merged_into_id, customer.id) AND NOT survivor.is_blocked
    LEFT JOIN loyalty_checkout AS member ON member.customer_id = survivor.id
    WHERE room.free > 0
) AS waiting
WHERE waiting.place <= least(waiting.free, 500) + %(spare)s
ORDER BY waiting.event_id, waiting.place
