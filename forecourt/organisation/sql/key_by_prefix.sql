-- The key that begins so, unless it was revoked.
SELECT key.id, key.name, key.digest, key.scopes, key.station_id, key.requests_per_second,
    (key.last_used_at IS NULL OR key.last_used_at < %(touched_before)s) AS must_touch
FROM organisation_apikey AS key
WHERE key.prefix = %(prefix)s AND key.revoked_at IS NULL
