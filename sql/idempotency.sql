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

-- enter_inspecting
-- Open a request that logs an inspection: what `enter` does, and the past of the asset in the same round trip.
SELECT e.key_id, e.owner_id, e.role, e.purpose, e.regions, e.request_sha256, e.status, e.headers, e.body,
    p.asset_class, p.built_year, p.built_on, p.built_precision, p.inspections, p.repairs, p.same
FROM enter($1, $2, $3, $4) AS e
LEFT JOIN LATERAL asset_past(e.owner_id, $5, $6) AS p ON true;
