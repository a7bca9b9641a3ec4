-- owners
-- Owners that the principal knows: its own and the members of its regions.
SELECT owner_id, code, name, kind, population, area_km2, origin FROM owners ORDER BY code;

-- owner
-- One owner that the principal knows.
SELECT owner_id, code, name, kind, population, area_km2, origin FROM owners WHERE owner_id = $1;

-- regions
-- Regions of the principal with their members and dates.
SELECT
    r.region_id, r.name, r.field, r.origin,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_object('owner_id', m.owner_id, 'code', o.code, 'name', o.name,
            'joined_on', m.joined_on, 'left_on', m.left_on) ORDER BY m.joined_on, m.owner_id), '[]')
        FROM region_members AS m
        LEFT JOIN owners AS o ON o.owner_id = m.owner_id
        WHERE m.region_id = r.region_id
    ) AS members
FROM regions AS r
WHERE $1::uuid IS NULL OR r.region_id = $1
ORDER BY r.region_id;
