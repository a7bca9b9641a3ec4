-- authenticate
-- Check a key and set the row-level settings of this transaction.
SELECT key_id, owner_id, role, purpose, regions FROM authenticate($1, $2, $3);

-- operate
-- Set the row-level settings of an operator at the command line, who works for the given owners and regions.
SELECT
    set_config('gm.own', array_to_string($1::uuid[], ','), true),
    set_config('gm.write', array_to_string($1::uuid[], ','), true),
    set_config('gm.full', '', true),
    set_config('gm.condition', '', true),
    set_config('gm.tally', '', true),
    set_config('gm.known', array_to_string($1::uuid[], ','), true),
    set_config('gm.regions', array_to_string($2::uuid[], ','), true),
    set_config('gm.plan', array_to_string($2::uuid[], ','), true);

-- narrow
-- Leave one owner of those spoken for, until the transaction ends or `widen`; no row where it is not one of them.
SELECT
    coalesce(current_setting('gm.own', true), '') AS own,
    coalesce(current_setting('gm.write', true), '') AS write,
    set_config('gm.own', $1::uuid::text, true) AS narrowed,
    CASE WHEN $1 = ANY (string_to_array(current_setting('gm.write', true), ',')::uuid[])
        THEN set_config('gm.write', $1::uuid::text, true) ELSE set_config('gm.write', '', true) END AS written
WHERE $1 = ANY (string_to_array(current_setting('gm.own', true), ',')::uuid[]);

-- widen
-- Speak again for those that `narrow` found.
SELECT set_config('gm.own', $1, true), set_config('gm.write', $2, true);

-- service_role
-- Tell who has logged in, whether it may become the service's role, and whether that role escapes its binding.
SELECT
    session_user::text AS login,
    (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'gunmane_app') AS unbound,
    pg_has_role(session_user, 'gunmane_app', 'MEMBER') AS may_serve;

-- insert_key
-- Store a key; only the hash of its secret is kept.
INSERT INTO api_keys (owner_id, key_id, secret_sha256, role, purpose, expires_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- list_keys
-- The keys of the principal's owner, newest first, without secrets.
SELECT owner_id, key_id, role, purpose, created_at, expires_at, revoked_at
FROM api_keys ORDER BY created_at DESC, key_id;

-- revoke_key
-- End a key at once.
UPDATE api_keys SET revoked_at = now() WHERE owner_id = $1 AND key_id = $2 AND revoked_at IS NULL RETURNING key_id;

-- owner_of
-- The owner that a code stands for, for an operator at the command line.
SELECT owner_of($1);
