-- Claim the name of a request; no row when somebody else has it.
INSERT INTO api_idempotent_request (actor, route, key_digest, body_fingerprint, created_at)
VALUES (%(actor)s, %(route)s, %(key_digest)s, %(body_fingerprint)s, %(created_at)s)
ON CONFLICT (actor, route, key_digest) DO NOTHING
RETURNING id
