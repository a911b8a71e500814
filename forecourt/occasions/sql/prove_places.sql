-- Places of events against those who have or had one.
SELECT 'event ' || event.id, event.places || ' places', count(*) || ' taken'
FROM occasions_event AS event
JOIN occasions_signup AS sign_up ON sign_up.event_id = event.id AND sign_up.state IN ('going', 'attended', 'absent')
WHERE event.places > 0
GROUP BY event.id
HAVING count(*) > event.places
