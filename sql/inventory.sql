-- column_values
-- The distinct texts of the columns that are read as codes.
SELECT 'material' AS name, array_agg(v.value ORDER BY v.value) AS "values"
FROM (SELECT DISTINCT material AS value FROM assets
    WHERE owner_id = ANY ($1::uuid[]) AND asset_class = $2 AND material IS NOT NULL) AS v
UNION ALL
SELECT 'municipality_code', array_agg(v.value ORDER BY v.value)
FROM (SELECT DISTINCT municipality_code AS value FROM assets
    WHERE owner_id = ANY ($1::uuid[]) AND asset_class = $2 AND municipality_code IS NOT NULL) AS v;

-- columns
-- One page of an owner's assets of a class as columns of bytes, in the order of their ids; $5: as known at that moment.
SELECT
    count(*) AS n,
    string_agg(uuid_send(p.asset_id), '') AS asset_id,
    string_agg(int4send(char_length(p.number)), '') AS number_length,
    string_agg(p.number, '') AS number,
    string_agg(int4send(coalesce(char_length(p.name), -1)), '') AS name_length,
    string_agg(p.name, '') AS name,
    string_agg(int4send(coalesce(char_length(p.route), -1)), '') AS route_length,
    string_agg(p.route, '') AS route,
    string_agg(int4send(coalesce(char_length(p.material_text), -1)), '') AS material_text_length,
    string_agg(p.material_text, '') AS material_text,
    string_agg(int4send(coalesce(char_length(p.attributes), -1)), '') AS attributes_length,
    string_agg(p.attributes, '') AS attributes,
    string_agg(int4send(coalesce(octet_length(p.geometry), -1)), '') AS geometry_length,
    string_agg(p.geometry, '') AS geometry,
    string_agg(float8send(coalesce(p.built_year, 'NaN'::double precision)), '') AS built_year,
    string_agg(int4send(coalesce(p.built_on - DATE '1970-01-01', -2147483648)), '') AS built_on,
    string_agg(float8send(coalesce(p.length_m, 'NaN')), '') AS length_m,
    string_agg(float8send(coalesce(p.width_m, 'NaN')), '') AS width_m,
    string_agg(float8send(coalesce(p.area_m2, 'NaN')), '') AS area_m2,
    string_agg(float8send(coalesce(p.diameter_mm, 'NaN'::double precision)), '') AS diameter_mm,
    string_agg(float8send(coalesce(p.depth_m, 'NaN')), '') AS depth_m,
    string_agg(float8send(coalesce(((center(p.bounds))[0]), 'NaN')), '') AS longitude,
    string_agg(float8send(coalesce(((center(p.bounds))[1]), 'NaN')), '') AS latitude,
    string_agg(int2send(coalesce(array_position($6::text[], p.built_precision), 0)::smallint), '') AS built_precision,
    string_agg(int2send(coalesce(array_position($7::text[], p.status), 0)::smallint), '') AS status,
    string_agg(int2send(coalesce(array_position($8::text[], p.origin), 0)::smallint), '') AS origin,
    string_agg(int2send(coalesce(array_position($9::text[], p.material), 0)::smallint), '') AS material,
    string_agg(int2send(coalesce(array_position($10::text[], p.municipality_code), 0)::smallint), '')
        AS municipality_code
FROM (
    SELECT a.asset_id, a.number, a.name, a.route, a.material_text,
        CASE WHEN $11 THEN a.attributes::text END AS attributes, CASE WHEN $12 THEN a.geometry END AS geometry,
        a.built_year, a.built_on, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.bounds,
        a.built_precision, a.status, a.origin, a.material, a.municipality_code
    FROM assets AS a
    WHERE a.owner_id = $1 AND a.asset_class = $2 AND ($3::uuid IS NULL OR a.asset_id > $3)
        AND ($5::timestamptz IS NULL OR a.recorded_at <= $5)
    UNION ALL
    SELECT h.asset_id, h.number, h.name, h.route, h.material_text,
        CASE WHEN $11 THEN h.attributes::text END, CASE WHEN $12 THEN h.geometry END,
        h.built_year, h.built_on, h.length_m, h.width_m, h.area_m2, h.diameter_mm, h.depth_m, h.bounds,
        h.built_precision, h.status, h.origin, h.material, h.municipality_code
    FROM asset_history AS h
    WHERE $5::timestamptz IS NOT NULL AND h.owner_id = $1 AND h.asset_class = $2
        AND ($3::uuid IS NULL OR h.asset_id > $3) AND h.recorded_at <= $5 AND h.superseded_at > $5
    ORDER BY asset_id
    LIMIT $4
) AS p;

-- inspection_columns
-- One page of the inspections that stand, of an owner's assets of a class, as columns of bytes by asset and day.
SELECT
    count(*) AS n,
    string_agg(uuid_send(p.asset_id), '') AS asset_id,
    string_agg(uuid_send(p.inspection_id), '') AS inspection_id,
    string_agg(int4send(p.inspected_on - DATE '1970-01-01'), '') AS inspected_on,
    string_agg(int2send(coalesce(array_position($7::text[], p.date_precision), 0)::smallint), '') AS date_precision,
    string_agg(int2send(coalesce(array_position($8::text[], p.scale || ':' || p.grade), 0)::smallint), '') AS grade,
    string_agg(int2send(coalesce(array_position($9::text[], p.duty), 0)::smallint), '') AS duty
FROM (
    SELECT i.asset_id, i.inspection_id, i.inspected_on, i.date_precision, i.scale, i.grade, i.duty
    FROM inspections AS i
    WHERE i.owner_id = $1 AND i.asset_class = $2
        AND ($3::uuid IS NULL OR (i.asset_id, i.inspected_on, i.inspection_id) > ($3, $4::date, $5::uuid))
        AND NOT EXISTS (
            SELECT FROM inspections AS newer WHERE newer.owner_id = $1 AND newer.supersedes = i.inspection_id)
    ORDER BY i.asset_id, i.inspected_on, i.inspection_id
    LIMIT $6
) AS p;

-- inspection_duties
-- The distinct duties of the inspections of a class.
SELECT coalesce(array_agg(DISTINCT duty), '{}') AS duties FROM inspections
WHERE owner_id = ANY ($1::uuid[]) AND asset_class = $2 AND duty IS NOT NULL;

-- repair_columns
-- One page of the repairs of an owner's assets of a class as columns of bytes by asset and day.
SELECT
    count(*) AS n,
    string_agg(uuid_send(p.asset_id), '') AS asset_id,
    string_agg(uuid_send(p.repair_id), '') AS repair_id,
    string_agg(int4send(p.repaired_on - DATE '1970-01-01'), '') AS repaired_on,
    string_agg(int2send(coalesce(array_position($7::text[], p.kind), 0)::smallint), '') AS kind,
    string_agg(float8send(coalesce(p.cost_yen, 'NaN'::double precision)), '') AS cost_yen
FROM (
    SELECT r.asset_id, r.repair_id, r.repaired_on, r.kind, r.cost_yen
    FROM repairs AS r
    WHERE r.owner_id = $1 AND r.asset_class = $2
        AND ($3::uuid IS NULL OR (r.asset_id, r.repaired_on, r.repair_id) > ($3, $4::date, $5::uuid))
    ORDER BY r.asset_id, r.repaired_on, r.repair_id
    LIMIT $6
) AS p;
