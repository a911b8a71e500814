-- Sign-ups of an event or of customers, with the name of who the customer is today, and the place in line of who waits.
SELECT sign_up.id, sign_up.event_id, coalesce(customer.merged_into_id, customer.id) AS customer_id, sign_up.state,
    sign_up.code, sign_up.signed_at, sign_up.moved_up_at, sign_up.attended_at, sign_up.ended_at, sign_up.reason,
    sign_up.cost, sign_up.points, survivor.name, event.title, event.starts_at,
    CASE WHEN sign_up.state = 'waiting' THEN (
        SELECT count(*) FROM occasions_signup AS ahead
        WHERE ahead.event_id = sign_up.event_id AND ahead.state = 'waiting' AND ahead.id <= sign_up.id) ELSE 0
    END AS place_in_line
FROM occasions_signup AS sign_up
JOIN occasions_event AS event ON event.id = sign_up.event_id
JOIN customers_customer AS customer ON customer.id = sign_up.customer_id
JOIN customers_customer AS survivor ON survivor.id = coalesce(customer.merged_into_id, customer.id)
WHERE (%(event_id)s::bigint IS NULL OR sign_up.event_id = %(event_id)s)
  AND (%(customer_ids)s::bigint[] IS NULL OR sign_up.customer_id = ANY(%(customer_ids)s::bigint[]))
  AND (%(ids)s::bigint[] IS NULL OR sign_up.id = ANY(%(ids)s::bigint[]))
  AND (%(states)s::text[] IS NULL OR sign_up.state = ANY(%(states)s::text[]))
  AND (%(after)s::bigint IS NULL OR sign_up.id > %(after)s)
ORDER BY sign_up.id
LIMIT %(limit)s
