-- grant
-- Let the members of a region see assets of one class at one level; no row: the owner is no member of the region.
INSERT INTO consents (owner_id, consent_id, region_id, asset_class, level, valid_from, valid_to, granted_by, granted_at)
SELECT $1, $2, m.region_id, $4, $5, $6, $7, $8, $9
FROM region_members AS m
WHERE m.region_id = $3 AND m.owner_id = $1 AND (m.left_on IS NULL OR m.left_on > $6)
LIMIT 1
RETURNING owner_id, consent_id, region_id, asset_class, level, valid_from, valid_to, granted_by, granted_at, revoked_at;

-- list
-- Consents given by the principal's owner, newest first.
SELECT owner_id, consent_id, region_id, asset_class, level, valid_from, valid_to, granted_by, granted_at, revoked_at
FROM consents WHERE owner_id = $1 ORDER BY consent_id DESC;

-- one
-- One consent.
SELECT owner_id, consent_id, region_id, asset_class, level, valid_from, valid_to, granted_by, granted_at, revoked_at
FROM consents WHERE owner_id = $1 AND consent_id = $2;

-- revoke
-- End a consent at once; repeated, it stays as it is.
UPDATE consents SET revoked_at = coalesce(revoked_at, $3) WHERE owner_id = $1 AND consent_id = $2
RETURNING owner_id, consent_id, region_id, asset_class, level, valid_from, valid_to, granted_by, granted_at, revoked_at;

-- sight
-- What the principal may see of the owners that it knows: all of its own, of others the classes by level of consent.
SELECT
    o.code,
    o.owner_id = ANY (string_to_array(current_setting('gm.own', true), ',')::uuid[]) AS own,
    ARRAY(SELECT split_part(p, ':', 2) FROM unnest(string_to_array(current_setting('gm.full', true), ',')) AS p
        WHERE split_part(p, ':', 1) = o.owner_id::text) AS whole,
    ARRAY(SELECT split_part(p, ':', 2) FROM unnest(string_to_array(current_setting('gm.condition', true), ',')) AS p
        WHERE split_part(p, ':', 1) = o.owner_id::text) AS condition,
    ARRAY(SELECT split_part(p, ':', 2) FROM unnest(string_to_array(current_setting('gm.tally', true), ',')) AS p
        WHERE split_part(p, ':', 1) = o.owner_id::text) AS aggregate
FROM owners AS o;
