-- stage_assets
-- A temporary table for the rows of a ledger; COPY cannot go into a table under row-level security.
CREATE TEMP TABLE staged_assets (
    row_number bigint, asset_id uuid, number text, name text, built_year smallint, built_on date, built_precision text,
    municipality_code text, route text, length_m double precision, width_m double precision, area_m2 double precision,
    diameter_mm integer, depth_m double precision, material text, material_text text, attributes jsonb, geometry bytea,
    bounds box, status text, flags text[], xroad_number text, coordinate_id text, other_number text
) ON COMMIT DROP;

-- stage_matches
-- A temporary table for which row of a ledger is which asset of the inventory.
CREATE TEMP TABLE matched_assets (row_number bigint, asset_id uuid) ON COMMIT DROP;

-- stage_seen
-- A temporary table for the assets that the ledgers of a class still list.
CREATE TEMP TABLE seen_assets (asset_id uuid) ON COMMIT DROP;

-- lock_owner
-- Let one import at a time work on an owner's class of assets.
SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text || ':' || $2::text, 2));

-- any_assets
-- Whether an owner has assets of a class.
SELECT EXISTS (SELECT FROM assets WHERE owner_id = $1 AND asset_class = $2) AS found;

-- forget_staged_assets
-- Empty the staged rows, their matches.
TRUNCATE staged_assets, matched_assets;

-- known_numbers
-- The numbers of an owner's assets of a class.
SELECT number FROM assets WHERE owner_id = $1 AND asset_class = $2;

-- count_staged
-- How many rows are staged.
SELECT count(*) FROM staged_assets;

-- insert_assets
-- Insert the staged rows as new assets, where the owner has none of the class yet.
INSERT INTO assets (owner_id, asset_id, asset_class, number, name, built_year, built_on, built_precision,
    municipality_code, route, length_m, width_m, area_m2, diameter_mm, depth_m, material, material_text, attributes,
    geometry, bounds, status, origin, flags, ledger_id, ledger_row)
SELECT $1, asset_id, $2, number, name, built_year, built_on, coalesce(built_precision, 'unknown'), municipality_code,
    route, length_m, width_m, area_m2, diameter_mm, depth_m, material, material_text, attributes, geometry, bounds,
    coalesce(status, 'in_service'), $4, coalesce(flags, '{}'), $3, row_number
FROM staged_assets;

-- match_by_number
-- Find the assets that the staged rows name by the owner's own number.
INSERT INTO matched_assets (row_number, asset_id)
SELECT t.row_number, a.asset_id
FROM staged_assets AS t
JOIN assets AS a ON a.owner_id = $1 AND a.asset_class = $2 AND a.number = t.number;

-- match_by_outside_number
-- Find the assets that the rows left over name by an outside identifier; no asset is claimed by two rows.
WITH claims AS (
    SELECT DISTINCT ON (t.row_number) t.row_number, n.asset_id, v.rank
    FROM staged_assets AS t
    CROSS JOIN LATERAL (
        VALUES ('xroad_number', t.xroad_number, 1), ('coordinate_id', t.coordinate_id, 2),
            ('other_number', t.other_number, 3)
    ) AS v (scheme, number, rank)
    JOIN asset_numbers AS n
        ON n.owner_id = $1 AND n.asset_class = $2 AND n.scheme = v.scheme AND n.number = v.number
    WHERE NOT EXISTS (SELECT FROM matched_assets AS m WHERE m.row_number = t.row_number)
    ORDER BY t.row_number, v.rank
)
INSERT INTO matched_assets (row_number, asset_id)
SELECT DISTINCT ON (c.asset_id) c.row_number, c.asset_id
FROM claims AS c
WHERE NOT EXISTS (SELECT FROM matched_assets AS m WHERE m.asset_id = c.asset_id)
ORDER BY c.asset_id, c.rank, c.row_number;

-- merge_assets
-- Insert new assets, change changed ones and keep their former state; $5 tells which columns the ledger has.
WITH merged AS MATERIALIZED (
    SELECT a.asset_id, t.row_number, n.*
    FROM matched_assets AS m
    JOIN staged_assets AS t ON t.row_number = m.row_number
    JOIN assets AS a ON a.owner_id = $1 AND a.asset_id = m.asset_id
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN t.number LIKE '~%' OR t.number IN (t.xroad_number, t.coordinate_id, t.other_number) THEN a.number
                ELSE t.number
            END AS number,
            CASE WHEN ($5::boolean[])[1] THEN t.name ELSE a.name END AS name,
            CASE WHEN ($5::boolean[])[2] THEN t.built_year ELSE a.built_year END AS built_year,
            CASE WHEN ($5::boolean[])[2] THEN t.built_on ELSE a.built_on END AS built_on,
            CASE WHEN ($5::boolean[])[2] THEN coalesce(t.built_precision, 'unknown') ELSE a.built_precision END
                AS built_precision,
            CASE WHEN ($5::boolean[])[3] THEN t.municipality_code ELSE a.municipality_code END AS municipality_code,
            CASE WHEN ($5::boolean[])[4] THEN t.route ELSE a.route END AS route,
            CASE WHEN ($5::boolean[])[5] THEN t.length_m ELSE a.length_m END AS length_m,
            CASE WHEN ($5::boolean[])[6] THEN t.width_m ELSE a.width_m END AS width_m,
            CASE WHEN ($5::boolean[])[7] THEN t.area_m2 ELSE a.area_m2 END AS area_m2,
            CASE WHEN ($5::boolean[])[8] THEN t.diameter_mm ELSE a.diameter_mm END AS diameter_mm,
            CASE WHEN ($5::boolean[])[9] THEN t.depth_m ELSE a.depth_m END AS depth_m,
            CASE WHEN ($5::boolean[])[10] THEN t.material ELSE a.material END AS material,
            CASE WHEN ($5::boolean[])[10] THEN t.material_text ELSE a.material_text END AS material_text,
            CASE
                WHEN a.attributes IS NULL THEN t.attributes
                ELSE (a.attributes - $6::text[]) || coalesce(t.attributes, '{}')
            END AS attributes,
            CASE WHEN ($5::boolean[])[11] THEN t.geometry ELSE a.geometry END AS geometry,
            CASE WHEN ($5::boolean[])[12] THEN coalesce(t.status, a.status) ELSE a.status END AS status,
            coalesce(t.flags, '{}') AS flags
    ) AS n
    WHERE ROW(n.number, n.name, n.built_year, n.built_on, n.built_precision, n.municipality_code, n.route, n.length_m,
            n.width_m, n.area_m2, n.diameter_mm, n.depth_m, n.material, n.material_text, n.attributes, n.geometry,
            n.status, n.flags)
        IS DISTINCT FROM ROW(a.number, a.name, a.built_year, a.built_on, a.built_precision, a.municipality_code, a.route,
            a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material, a.material_text, a.attributes,
            a.geometry, a.status, a.flags)
), kept AS (
    INSERT INTO asset_history (owner_id, asset_id, asset_class, number, name, built_year, built_on, built_precision,
        municipality_code, route, length_m, width_m, area_m2, diameter_mm, depth_m, material, material_text, attributes,
        geometry, bounds, status, origin, flags, ledger_id, ledger_row, revision, recorded_at, recorded_by,
        superseded_at)
    SELECT a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
        a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
        a.material_text, a.attributes, a.geometry, a.bounds, a.status, a.origin, a.flags, a.ledger_id, a.ledger_row,
        a.revision, a.recorded_at, a.recorded_by, now()
    FROM merged AS m
    JOIN assets AS a ON a.owner_id = $1 AND a.asset_id = m.asset_id
), changed AS (
    UPDATE assets AS a SET
        number = m.number, name = m.name, built_year = m.built_year, built_on = m.built_on,
        built_precision = m.built_precision, municipality_code = m.municipality_code, route = m.route,
        length_m = m.length_m, width_m = m.width_m, area_m2 = m.area_m2, diameter_mm = m.diameter_mm,
        depth_m = m.depth_m, material = m.material, material_text = m.material_text, attributes = m.attributes,
        geometry = m.geometry, bounds = CASE WHEN ($5::boolean[])[11] THEN t.bounds ELSE a.bounds END,
        status = m.status, origin = $4, flags = m.flags, ledger_id = $3, ledger_row = m.row_number,
        revision = a.revision + 1, recorded_at = now(), recorded_by = NULL
    FROM merged AS m
    JOIN staged_assets AS t ON t.row_number = m.row_number
    WHERE a.owner_id = $1 AND a.asset_id = m.asset_id
    RETURNING a.asset_id
), added AS (
    INSERT INTO assets (owner_id, asset_id, asset_class, number, name, built_year, built_on, built_precision,
        municipality_code, route, length_m, width_m, area_m2, diameter_mm, depth_m, material, material_text, attributes,
        geometry, bounds, status, origin, flags, ledger_id, ledger_row)
    SELECT $1, t.asset_id, $2, t.number, t.name, t.built_year, t.built_on, coalesce(t.built_precision, 'unknown'),
        t.municipality_code, t.route, t.length_m, t.width_m, t.area_m2, t.diameter_mm, t.depth_m, t.material,
        t.material_text, t.attributes, t.geometry, t.bounds, coalesce(t.status, 'in_service'), $4,
        coalesce(t.flags, '{}'), $3, t.row_number
    FROM staged_assets AS t
    WHERE NOT EXISTS (SELECT FROM matched_assets AS m WHERE m.row_number = t.row_number)
    RETURNING asset_id
)
SELECT (SELECT count(*) FROM added) AS added, (SELECT count(*) FROM changed) AS changed;

-- changed_examples
-- Some assets that a ledger has just changed, as they were and as they are.
SELECT a.number, to_jsonb(h) AS former, to_jsonb(a) AS present
FROM asset_history AS h
JOIN assets AS a ON a.owner_id = h.owner_id AND a.asset_id = h.asset_id AND a.ledger_id = $2
WHERE h.owner_id = $1 AND h.asset_id IN (SELECT m.asset_id FROM matched_assets AS m) AND h.revision = a.revision - 1
    AND h.superseded_at = now()
ORDER BY a.ledger_row
LIMIT $3;

-- added_examples
-- Some numbers that a ledger names and the inventory did not know.
SELECT t.number FROM staged_assets AS t
WHERE NOT EXISTS (SELECT FROM matched_assets AS m WHERE m.row_number = t.row_number)
ORDER BY t.row_number
LIMIT $1;

-- add_numbers
-- Keep the outside identifiers of the staged rows beside their assets; those known already stay as they are.
INSERT INTO asset_numbers (owner_id, asset_class, scheme, number, asset_id)
SELECT $1, $2, v.scheme, v.number, coalesce(m.asset_id, t.asset_id)
FROM staged_assets AS t
LEFT JOIN matched_assets AS m ON m.row_number = t.row_number
CROSS JOIN LATERAL (
    VALUES ('xroad_number', t.xroad_number), ('coordinate_id', t.coordinate_id), ('other_number', t.other_number)
) AS v (scheme, number)
WHERE v.number IS NOT NULL
ON CONFLICT ON CONSTRAINT asset_numbers_pk DO NOTHING;

-- note_seen
-- Note the assets that the staged rows have been matched with.
INSERT INTO seen_assets (asset_id) SELECT asset_id FROM matched_assets;

-- vanished
-- Assets that came from a ledger and that none of the present ledgers lists any more; nothing is done to them.
SELECT a.number, count(*) OVER () AS total
FROM assets AS a
WHERE a.owner_id = $1 AND a.asset_class = $2 AND a.ledger_id IS NOT NULL AND a.status NOT IN ('abolished', 'missing')
    AND NOT (a.ledger_id = ANY ($3::uuid[]) AND a.recorded_at = now())
    AND NOT EXISTS (SELECT FROM seen_assets AS s WHERE s.asset_id = a.asset_id)
ORDER BY a.number
LIMIT $4;

-- insert_ledger
-- Record an import that changed or rejected something.
INSERT INTO ledgers (owner_id, ledger_id, path, asset_class, content, sha256, as_of, encoding, crs, mapping, warnings,
    rows_read, rows_new, rows_changed, rows_unchanged, rows_missing, rows_rejected, rows_flagged, origin)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19);

-- latest_ledgers
-- The newest recorded import of each ledger of an owner.
SELECT DISTINCT ON (path, asset_class, content)
    ledger_id, path, asset_class, content, sha256, mapping, rows_read, rows_new, rows_changed, rows_unchanged,
    rows_missing, rows_rejected, rows_flagged, imported_at
FROM ledgers
WHERE owner_id = $1
ORDER BY path, asset_class, content, imported_at DESC, ledger_id DESC;

-- list_ledgers
-- Recorded imports of these owners, newest first.
SELECT owner_id, ledger_id, path, asset_class, content, as_of, encoding, crs, warnings, rows_read, rows_new, rows_changed,
    rows_unchanged, rows_missing, rows_rejected, rows_flagged, origin, imported_at
FROM ledgers
WHERE owner_id = ANY ($1::uuid[])
ORDER BY imported_at DESC, ledger_id DESC
LIMIT $2;
