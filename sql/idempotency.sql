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

-- enter_together
-- Open several requests of one owner that log inspections: what `enter` does, and the pasts of their assets.
SELECT key_id, owner_id, role, request_sha256, status, headers, body, asset_class, built_year, built_on,
    built_precision, same_day, before_on, before_grade, mended_on, taken, corrects
FROM enter_together($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
