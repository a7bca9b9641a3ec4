-- log
-- Log one repair unless its identifier is taken; no row: it is.
INSERT INTO repairs (owner_id, repair_id, asset_id, asset_class, repaired_on, kind, cost_yen, notes, origin, recorded_at,
    recorded_by)
SELECT a.owner_id, $2, a.asset_id, a.asset_class, $4, $5, $6, $7, $8, $9, $10
FROM assets AS a WHERE a.owner_id = $1 AND a.asset_id = $3
ON CONFLICT (owner_id, repair_id) DO NOTHING
RETURNING owner_id, repair_id, asset_id, asset_class, repaired_on, kind, cost_yen, notes, origin, recorded_at;

-- one
-- One repair.
SELECT owner_id, repair_id, asset_id, asset_class, repaired_on, kind, cost_yen, notes, origin, recorded_at
FROM repairs WHERE repair_id = $1 AND owner_id = ANY ($2::uuid[]);

-- page
-- Repairs that the principal may read, newest identifier first.
SELECT r.owner_id, r.repair_id, r.asset_id, r.asset_class, r.repaired_on, r.kind, r.cost_yen, r.notes, r.origin,
    r.recorded_at
FROM unnest($1::uuid[]) AS o (owner_id)
CROSS JOIN LATERAL (
    SELECT * FROM repairs AS s
    WHERE s.owner_id = o.owner_id
        AND ($2::uuid IS NULL OR s.repair_id < $2)
        AND ($3::uuid IS NULL OR s.asset_id = $3)
        AND ($4::text[] IS NULL OR s.asset_class = ANY ($4))
    ORDER BY s.repair_id DESC
    LIMIT $5
) AS r
ORDER BY r.repair_id DESC
LIMIT $5;
