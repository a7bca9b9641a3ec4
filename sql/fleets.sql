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

-- scan_whole
-- Read what follows in the order in which it lies: row by row through an index took three times as long for an owner.
SELECT set_config('enable_indexscan', 'off', true);

-- scan_by_choice
-- Let the planner choose again.
SELECT set_config('enable_indexscan', 'on', true);

-- inspections_of_classes
-- The inspections of one owner up to a day, without the superseded ones, by scale, grade and duty.
-- Of each of these, which are few, the identifiers of the assets and the days (from 2000-01-01) come one behind the
-- other, in PostgreSQL's binary form.
SELECT
    coalesce(i.scale, '') AS scale, coalesce(i.grade, '') AS grade, coalesce(i.duty, '') AS duty,
    string_agg(uuid_send(i.asset_id), ''::bytea) AS assets, string_agg(date_send(i.inspected_on), ''::bytea) AS days
FROM inspections AS i
WHERE i.owner_id = $1 AND i.asset_class = ANY ($2::text[]) AND i.inspected_on <= $3
    AND i.inspection_id NOT IN ( -- looked up in memory, without an order that an anti join would ask for
        SELECT newer.supersedes FROM inspections AS newer
        WHERE newer.owner_id = $1 AND newer.supersedes IS NOT NULL)
GROUP BY i.scale, i.grade, i.duty;

-- repairs_of_classes
-- The repairs of one owner up to a day: by kind, assets and days as of inspections.
SELECT
    kind, string_agg(uuid_send(asset_id), ''::bytea) AS assets, string_agg(date_send(repaired_on), ''::bytea) AS days
FROM repairs
WHERE owner_id = $1 AND asset_class = ANY ($2::text[]) AND repaired_on <= $3
GROUP BY kind;

-- refresh_statistics
-- Bring the planner's statistics up to date after a large change.
SELECT refresh_statistics();
