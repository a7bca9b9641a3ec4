-- open_contacts
-- Let this transaction read and write who is to be reached about the septic systems of these owners.
SELECT set_config('gm.contacts', array_to_string($1::uuid[], ','), true);

-- close_contacts
-- Take that permission back.
SELECT set_config('gm.contacts', '', true);

-- stage_contacts
-- A temporary table for who stands in a ledger of septic systems.
CREATE TEMP TABLE staged_contacts (number text, name text, address text, phone text) ON COMMIT DROP;

-- merge_contacts
-- Keep who stands in a ledger beside the system; $4 tells which of name, address and phone the ledger has.
INSERT INTO septic_contacts AS c (owner_id, asset_id, name, address, phone, origin)
SELECT DISTINCT ON (a.asset_id) $1, a.asset_id, t.name, t.address, t.phone, $3
FROM staged_contacts AS t
JOIN assets AS a ON a.owner_id = $1 AND a.asset_class = $2 AND a.number = t.number
ORDER BY a.asset_id
ON CONFLICT (owner_id, asset_id) DO UPDATE SET
    name = CASE WHEN ($4::boolean[])[1] THEN excluded.name ELSE c.name END,
    address = CASE WHEN ($4::boolean[])[2] THEN excluded.address ELSE c.address END,
    phone = CASE WHEN ($4::boolean[])[3] THEN excluded.phone ELSE c.phone END,
    origin = excluded.origin, recorded_at = now()
WHERE (($4::boolean[])[1] AND c.name IS DISTINCT FROM excluded.name)
    OR (($4::boolean[])[2] AND c.address IS DISTINCT FROM excluded.address)
    OR (($4::boolean[])[3] AND c.phone IS DISTINCT FROM excluded.phone);

-- forget_staged_contacts
-- Empty the temporary table for the next ledger.
TRUNCATE staged_contacts;
