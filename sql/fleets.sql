-- assets_of_class
-- The assets of one owner and class as they stand: columns of fixed size, then the texts joined by $3.
-- Flags that only tell what the program filled in ($5) are no doubts.
SELECT
    asset_id,
    coalesce(built_year, 0)::smallint AS built_year,
    coalesce(built_on, DATE '-infinity') AS built_on,
    coalesce(array_position($4::text[], built_precision), 0)::smallint AS built_precision,
    coalesce(length_m, 'NaN') AS length_m,
    coalesce(width_m, 'NaN') AS width_m,
    coalesce(area_m2, 'NaN') AS area_m2,
    coalesce(diameter_mm, 'NaN'::double precision) AS diameter_mm,
    coalesce(depth_m, 'NaN') AS depth_m,
    coalesce((center(bounds))[0], 'NaN') AS lon,
    coalesce((center(bounds))[1], 'NaN') AS lat,
    origin = 'simulated' AS simulated,
    CASE
        WHEN cardinality(flags) = 0 THEN false
        ELSE EXISTS (SELECT FROM unnest(flags) AS f WHERE split_part(f, ':', 1) <> ALL ($5::text[]))
    END AS flagged,
    translate(number, $3, '') || $3 || translate(coalesce(name, ''), $3, '') || $3
        || translate(coalesce(material, ''), $3, '') || $3 || status || $3 || coalesce(attributes::text, 'null') AS texts
FROM assets
WHERE owner_id = $1 AND asset_class = $2 AND status <> 'abolished';

-- inspections_of_classes
-- The inspections of one owner up to a day, without the superseded ones; scale, grade, duty joined by $3.
SELECT
    i.asset_id, i.inspected_on,
    coalesce(i.scale, '') || $3 || coalesce(i.grade, '') || $3 || coalesce(i.duty, '') AS texts
FROM inspections AS i
WHERE i.owner_id = $1 AND i.asset_class = ANY ($2::text[]) AND i.inspected_on <= $4
    AND NOT EXISTS (
        SELECT FROM inspections AS newer
        WHERE newer.owner_id = $1 AND newer.supersedes IS NOT NULL AND newer.supersedes = i.inspection_id);

-- repairs_of_classes
-- The repairs of one owner up to a day.
SELECT asset_id, repaired_on, kind AS texts
FROM repairs
WHERE owner_id = $1 AND asset_class = ANY ($2::text[]) AND repaired_on <= $3;

-- refresh_statistics
-- Bring the planner's statistics up to date after a large change.
SELECT refresh_statistics();
