-- Events with how many signed up; of these ids, or by state and time.
SELECT event.id, event.title, event.text, event.station_id, event.place, event.starts_at, event.ends_at, event.opens_at,
    event.closes_at, event.places, event.has_waiting_list, event.tiers, event.tags, event.points, event.template, event.cost, event.state,
    event.made_at, event.made_by,
    count(sign_up.id) FILTER (WHERE sign_up.state = 'going') AS going,
    count(sign_up.id) FILTER (WHERE sign_up.state = 'waiting') AS waiting,
    count(sign_up.id) FILTER (WHERE sign_up.state = 'attended') AS attended,
    count(sign_up.id) FILTER (WHERE sign_up.state = 'absent') AS absent
FROM occasions_event AS event
LEFT JOIN occasions_signup AS sign_up ON sign_up.event_id = event.id
WHERE (%(ids)s::bigint[] IS NULL OR event.id = ANY(%(ids)s::bigint[]))
  AND (%(states)s::text[] IS NULL OR event.state = ANY(%(states)s::text[]))
  AND (%(station_ids)s::bigint[] IS NULL OR event.station_id IS NULL OR event.station_id = ANY(%(station_ids)s::bigint[]))
  AND (%(text)s = '' OR event.title ILIKE '%%' || %(text)s || '%%')
  AND (%(ends_after)s::timestamptz IS NULL OR event.ends_at > %(ends_after)s)
  AND (%(before)s::timestamptz IS NULL OR (event.starts_at, event.id) < (%(before)s, %(before_id)s))
GROUP BY event.id
ORDER BY event.starts_at DESC, event.id DESC
LIMIT %(limit)s
