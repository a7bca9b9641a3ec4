-- enter
-- Check a key, set the row-level settings, and look for the answer already given under an idempotency key.
SELECT key_id, owner_id, role, purpose, regions, request_sha256, status, headers, body FROM enter($1, $2, $3, $4);

-- keep
-- Keep the answer given under an idempotency key.
INSERT INTO idempotency_keys (owner_id, key_id, idempotency_key, request_sha256, status, headers, body)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- forget
-- Forget answers older than the given moment.
DELETE FROM idempotency_keys WHERE created_at < $1;
