-- Note that a key was used, at most once a minute however many processes see it.
UPDATE organisation_apikey AS key SET last_used_at = %(now)s
WHERE key.id = %(id)s AND (key.last_used_at IS NULL OR key.last_used_at < %(touched_before)s)
