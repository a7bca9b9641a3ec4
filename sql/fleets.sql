-- assets_of_class
-- The assets of one owner and class as they stand, in the order of their numbers.
SELECT
    asset_id, number, name, built_year, built_on, built_precision, length_m, width_m, area_m2, diameter_mm, depth_m,
    material, attributes::text AS attributes, (center(bounds))[0] AS lon, (center(bounds))[1] AS lat, status,
    origin = 'simulated' AS simulated, cardinality(flags) > 0 AS flagged
FROM assets
WHERE owner_id = $1 AND asset_class = $2 AND status <> 'abolished'
ORDER BY number COLLATE "C";

-- inspections_of_class
-- The inspections of one owner and class that no other supersedes, up to a day.
SELECT i.asset_id, i.inspected_on, i.scale, i.grade, i.duty
FROM inspections AS i
WHERE i.owner_id = $1 AND i.asset_class = $2 AND i.inspected_on <= $3
    AND NOT EXISTS (
        SELECT 1 FROM inspections AS s WHERE s.owner_id = i.owner_id AND s.supersedes = i.inspection_id
    )
ORDER BY i.asset_id, i.inspected_on, i.inspection_id;

-- repairs_of_class
-- The repairs of one owner and class up to a day.
SELECT asset_id, repaired_on, kind
FROM repairs
WHERE owner_id = $1 AND asset_class = $2 AND repaired_on <= $3
ORDER BY asset_id, repaired_on, repair_id;
