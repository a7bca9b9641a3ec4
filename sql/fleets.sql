-- assets_of_class
-- The assets of one owner and class as they stand, in the order of their numbers.
SELECT
    asset_id, number, name, built_year, built_on, built_precision, length_m, width_m, area_m2, diameter_mm, depth_m,
    material, attributes::text AS attributes, (center(bounds))[0] AS lon, (center(bounds))[1] AS lat, status,
    origin = 'simulated' AS simulated, cardinality(flags) > 0 AS flagged
FROM assets
WHERE owner_id = $1 AND asset_class = $2 AND status <> 'abolished'
ORDER BY number COLLATE "C";

-- superseded_of_class
-- Inspections of one owner and class that a correction has replaced; few.
SELECT supersedes FROM inspections WHERE owner_id = $1 AND asset_class = $2 AND supersedes IS NOT NULL;

-- inspections_of_class
-- The inspections of one owner and class up to a day, without the superseded ones.
SELECT asset_id, inspected_on, scale, grade, duty
FROM inspections
WHERE owner_id = $1 AND asset_class = $2 AND inspected_on <= $3
    AND (cardinality($4::uuid[]) = 0 OR inspection_id <> ALL ($4::uuid[]))
ORDER BY asset_id, inspected_on, inspection_id;

-- repairs_of_class
-- The repairs of one owner and class up to a day.
SELECT asset_id, repaired_on, kind
FROM repairs
WHERE owner_id = $1 AND asset_class = $2 AND repaired_on <= $3
ORDER BY asset_id, repaired_on, repair_id;

-- refresh_statistics
-- Bring the planner's statistics up to date after a large change.
SELECT refresh_statistics();
