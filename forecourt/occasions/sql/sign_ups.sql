-- Sign-ups of an event or of customers, with the name and the priority of who the customer is today, and the place in line of
-- who waits: members of tiers that are served first come first, as in next_in_line.sql; who is blocked has none.
WITH shown AS (
    SELECT sign_up.*
    FROM occasions_signup AS sign_up
    WHERE (%(event_id)s::bigint IS NULL OR sign_up.event_id = %(event_id)s)
      AND (%(customer_ids)s::bigint[] IS NULL OR sign_up.customer_id = ANY(%(customer_ids)s::bigint[]))
      AND (%(ids)s::bigint[] IS NULL OR sign_up.id = ANY(%(ids)s::bigint[]))
      AND (%(states)s::text[] IS NULL OR sign_up.state = ANY(%(states)s::text[]))
      AND (%(after)s::bigint IS NULL OR sign_up.id > %(after)s)
      AND (%(text)s = '' OR sign_up.code = %(code)s OR sign_up.customer_id = ANY(%(known_ids)s::bigint[]) OR EXISTS (
          SELECT FROM customers_customer AS customer
          JOIN customers_customer AS survivor ON survivor.id = coalesce(customer.merged_into_id, customer.id)
          WHERE customer.id = sign_up.customer_id AND survivor.name ILIKE '%%' || %(text)s || '%%'))
    ORDER BY sign_up.id
    LIMIT %(limit)s
), line AS (
    SELECT waiting.id, row_number() OVER (
        PARTITION BY waiting.event_id
        ORDER BY coalesce(member.tier = ANY(%(priority)s::text[]), false) DESC, waiting.id) AS place
    FROM occasions_signup AS waiting
    JOIN customers_customer AS customer ON customer.id = waiting.customer_id
    JOIN customers_customer AS survivor
        ON survivor.id = coalesce(customer.merged_into_id, customer.id) AND NOT survivor.is_blocked
    LEFT JOIN loyalty_checkout AS member ON member.customer_id = survivor.id
    WHERE waiting.state = 'waiting' AND waiting.event_id IN (SELECT event_id FROM shown WHERE state = 'waiting')
)
SELECT shown.id, shown.event_id, survivor.id AS customer_id, shown.state,
    shown.code, shown.signed_at, shown.moved_up_at, shown.attended_at, shown.ended_at, shown.reason,
    shown.cost, shown.points, shown.template, survivor.name, event.title, event.starts_at,
    coalesce(line.place, 0) AS place_in_line,
    coalesce(member.tier = ANY(%(priority)s::text[]), false) AS has_priority
FROM shown
JOIN occasions_event AS event ON event.id = shown.event_id
JOIN customers_customer AS customer ON customer.id = shown.customer_id
JOIN customers_customer AS survivor ON survivor.id = coalesce(customer.merged_into_id, customer.id)
LEFT JOIN loyalty_checkout AS member ON member.customer_id = survivor.id
LEFT JOIN line ON line.id = shown.id
ORDER BY shown.id
