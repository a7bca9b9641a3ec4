-- known_owners
-- Which of these codes are known, and the identifiers of their owners.
SELECT code, owner_of(code) AS owner_id FROM unnest($1::text[]) AS wanted (code);

-- save_owner
-- Insert an owner, or bring its facts up to date; nothing is written when nothing differs.
INSERT INTO owners AS o (owner_id, code, name, kind, population, area_km2, engineers, origin)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (owner_id) DO UPDATE SET
    name = excluded.name, kind = excluded.kind, population = excluded.population, area_km2 = excluded.area_km2,
    engineers = excluded.engineers, origin = excluded.origin
WHERE ROW(o.name, o.kind, o.population, o.area_km2, o.engineers, o.origin)
    IS DISTINCT FROM ROW(excluded.name, excluded.kind, excluded.population, excluded.area_km2, excluded.engineers,
        excluded.origin);

-- save_region
-- Insert a region, or bring it up to date; nothing is written when nothing differs.
INSERT INTO regions AS r (region_id, name, field, origin) VALUES ($1, $2, $3, $4)
ON CONFLICT (region_id) DO UPDATE SET name = excluded.name, field = excluded.field, origin = excluded.origin
WHERE ROW(r.name, r.field, r.origin) IS DISTINCT FROM ROW(excluded.name, excluded.field, excluded.origin);

-- members
-- The members of a region with their dates, newest membership first.
SELECT m.owner_id, m.joined_on, m.left_on FROM region_members AS m WHERE m.region_id = $1
ORDER BY m.owner_id, m.joined_on DESC;

-- join_region
-- Make an owner a member of a region.
INSERT INTO region_members (region_id, owner_id, joined_on, left_on) VALUES ($1, $2, $3, $4)
ON CONFLICT ON CONSTRAINT region_members_pk DO UPDATE SET left_on = excluded.left_on;

-- leave_region
-- End a membership.
UPDATE region_members SET left_on = greatest($4::date, joined_on)
WHERE region_id = $1 AND owner_id = $2 AND joined_on = $3;

-- owners_of
-- Owners by identifier.
SELECT owner_id, code, name, kind, population, area_km2, engineers, origin FROM owners
WHERE owner_id = ANY ($1::uuid[])
ORDER BY code;
