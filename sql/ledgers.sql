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
-- What a ledger calls unknown stays as it is known, and the row says so (newer_unknown); unless another ledger of
-- the same import ($7) lists the asset too, which this one completes: then the doubts of both stand.
WITH merged AS MATERIALIZED (
    SELECT a.asset_id, t.row_number, n.*, g.flags
    FROM matched_assets AS m
    JOIN staged_assets AS t ON t.row_number = m.row_number
    JOIN assets AS a ON a.owner_id = $1 AND a.asset_id = m.asset_id
    -- what the reader only filled in (measured on the geometry, taken from the start of use) gives way as well
    CROSS JOIN LATERAL (
        SELECT
            a.length_m IS NOT NULL AND coalesce('length_from_geometry' = ANY (t.flags), false)
                AND NOT 'length_from_geometry' = ANY (a.flags) AS length,
            t.built_precision = 'about' AND a.built_year IS NOT NULL
                AND coalesce(array_to_string(t.flags, ' ') LIKE '%built\_from\_use%', false)
                AND NOT array_to_string(a.flags, ' ') LIKE '%built\_from\_use%' AS built
    ) AS filled
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN filled.length THEN NULL ELSE t.length_m END AS length_m,
            CASE WHEN filled.built THEN NULL ELSE t.built_year END AS built_year,
            CASE
                WHEN filled.length OR filled.built THEN ARRAY(
                    SELECT f FROM unnest(t.flags) AS f
                    WHERE NOT (filled.length AND f = 'length_from_geometry')
                        AND NOT (filled.built AND f LIKE 'built\_from\_use%'))
                ELSE coalesce(t.flags, '{}')
            END AS flags
    ) AS told
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN (told.length_m IS NOT NULL AND 'length_from_geometry' = ANY (a.flags))
                OR (told.built_year IS NOT NULL AND array_to_string(a.flags, ' ') LIKE '%built\_from\_use%')
                THEN ARRAY(
                    SELECT f FROM unnest(a.flags) AS f
                    WHERE f = ANY (told.flags)
                        OR NOT (told.length_m IS NOT NULL AND f = 'length_from_geometry')
                        AND NOT (told.built_year IS NOT NULL AND f LIKE 'built\_from\_use%'))
            ELSE a.flags
        END AS flags
    ) AS former
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN t.number LIKE '~%' OR t.number IN (t.xroad_number, t.coordinate_id, t.other_number) THEN a.number
                ELSE t.number
            END AS number,
            coalesce(t.name, a.name) AS name,
            coalesce(told.built_year, a.built_year) AS built_year,
            CASE WHEN told.built_year IS NULL THEN a.built_on ELSE t.built_on END AS built_on,
            CASE WHEN told.built_year IS NULL THEN a.built_precision ELSE t.built_precision END AS built_precision,
            coalesce(t.municipality_code, a.municipality_code) AS municipality_code,
            coalesce(t.route, a.route) AS route,
            coalesce(told.length_m, a.length_m) AS length_m,
            coalesce(t.width_m, a.width_m) AS width_m,
            coalesce(t.area_m2, a.area_m2) AS area_m2,
            CASE
                WHEN t.attributes ? 'box_width_mm' THEN t.diameter_mm
                ELSE coalesce(t.diameter_mm, a.diameter_mm)
            END AS diameter_mm,
            coalesce(t.depth_m, a.depth_m) AS depth_m,
            coalesce(t.material, a.material) AS material,
            CASE
                WHEN t.material IS NULL AND a.material IS NOT NULL THEN a.material_text
                ELSE coalesce(t.material_text, a.material_text)
            END AS material_text,
            CASE
                WHEN a.attributes IS NULL THEN t.attributes
                WHEN t.diameter_mm IS NOT NULL AND 'box_width_mm' = ANY ($6::text[])
                    THEN (a.attributes - 'box_width_mm') || coalesce(t.attributes, '{}')
                ELSE a.attributes || coalesce(t.attributes, '{}')
            END AS attributes,
            coalesce(t.geometry, a.geometry) AS geometry,
            coalesce(t.status, a.status) AS status
    ) AS n
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN a.ledger_id = ANY ($7::uuid[]) OR a.asset_id IN (SELECT s.asset_id FROM seen_assets AS s) THEN CASE
                WHEN told.flags <@ former.flags THEN former.flags
                ELSE former.flags || ARRAY(SELECT f FROM unnest(told.flags) AS f WHERE f <> ALL (former.flags))
            END
            ELSE told.flags || array_remove(ARRAY[
                CASE WHEN ($5::boolean[])[1] AND t.name IS NULL THEN 'newer_unknown:name=' || a.name END,
                CASE
                    WHEN ($5::boolean[])[2] AND told.built_year IS NULL
                        THEN 'newer_unknown:built=' || coalesce(a.built_on::text, a.built_year::text)
                END,
                CASE
                    WHEN ($5::boolean[])[3] AND t.municipality_code IS NULL
                        THEN 'newer_unknown:municipality_code=' || a.municipality_code
                END,
                CASE WHEN ($5::boolean[])[4] AND t.route IS NULL THEN 'newer_unknown:route=' || a.route END,
                CASE WHEN ($5::boolean[])[5] AND told.length_m IS NULL THEN 'newer_unknown:length_m=' || a.length_m END,
                CASE WHEN ($5::boolean[])[6] AND t.width_m IS NULL THEN 'newer_unknown:width_m=' || a.width_m END,
                CASE WHEN ($5::boolean[])[7] AND t.area_m2 IS NULL THEN 'newer_unknown:area_m2=' || a.area_m2 END,
                CASE
                    WHEN ($5::boolean[])[8] AND n.diameter_mm IS DISTINCT FROM t.diameter_mm
                        THEN 'newer_unknown:diameter_mm=' || a.diameter_mm
                END,
                CASE WHEN ($5::boolean[])[9] AND t.depth_m IS NULL THEN 'newer_unknown:depth_m=' || a.depth_m END,
                CASE
                    WHEN ($5::boolean[])[10] AND t.material IS NULL
                        THEN 'newer_unknown:material=' || coalesce(a.material_text, a.material)
                END,
                CASE WHEN ($5::boolean[])[11] AND t.geometry IS NULL AND a.geometry IS NOT NULL
                    THEN 'newer_unknown:position' END
            ], NULL) || CASE
                WHEN n.attributes IS NOT DISTINCT FROM t.attributes THEN '{}'
                ELSE ARRAY(
                    SELECT 'newer_unknown:' || u.name || '=' || (n.attributes ->> u.name)
                    FROM unnest($6::text[]) WITH ORDINALITY AS u (name, place)
                    WHERE n.attributes ? u.name AND NOT coalesce(t.attributes ? u.name, false)
                    ORDER BY u.place)
            END
        END AS flags
    ) AS g
    WHERE ROW(n.number, n.name, n.built_year, n.built_on, n.built_precision, n.municipality_code, n.route, n.length_m,
            n.width_m, n.area_m2, n.diameter_mm, n.depth_m, n.material, n.material_text, n.attributes, n.geometry,
            n.status, g.flags)
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
        geometry = m.geometry, bounds = coalesce(t.bounds, a.bounds),
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
SELECT (SELECT count(*) FROM added) AS added, (SELECT count(*) FROM changed) AS changed,
    (SELECT count(*) FROM merged AS m JOIN staged_assets AS t ON t.row_number = m.row_number
        WHERE cardinality(coalesce(t.flags, '{}')) = 0 AND m.flags::text LIKE '%newer\_unknown:%') AS doubtful;

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

-- own_ledgers
-- The recorded imports of these ledgers of assets, by their paths.
SELECT ledger_id FROM ledgers WHERE owner_id = $1 AND asset_class = $2 AND content = 'assets' AND path = ANY ($3::text[]);

-- continued_ledgers
-- The recorded imports of the ledgers that those just read continue: of the same path, or by half listed again.
WITH former AS (
    SELECT asset_id, ledger_id FROM assets WHERE owner_id = $1 AND asset_class = $2 AND NOT ledger_id = ANY ($3::uuid[])
    UNION ALL
    SELECT asset_id, ledger_id FROM asset_history
    WHERE owner_id = $1 AND asset_class = $2 AND ledger_id IS NOT NULL AND superseded_at = now()
), kept AS (
    SELECT l.path, count(*) AS n, count(*) FILTER (WHERE f.asset_id IN (SELECT s.asset_id FROM seen_assets AS s)) AS again
    FROM former AS f
    JOIN ledgers AS l ON l.owner_id = $1 AND l.ledger_id = f.ledger_id
    GROUP BY l.path
)
SELECT l.ledger_id
FROM ledgers AS l
WHERE l.owner_id = $1 AND l.asset_class = $2 AND l.content = 'assets'
    AND (l.path = ANY ($4::text[]) OR l.path IN (SELECT k.path FROM kept AS k WHERE 2 * k.again >= k.n));

-- other_numbers
-- The staged rows whose assets have another number in the inventory.
SELECT t.row_number, a.number
FROM matched_assets AS m
JOIN staged_assets AS t ON t.row_number = m.row_number
JOIN assets AS a ON a.owner_id = $1 AND a.asset_id = m.asset_id
WHERE a.number <> t.number;

-- vanished
-- Assets that came from a ledger (of those in $5, or any) and that none of the present ones lists; nothing is done.
SELECT a.number, count(*) OVER () AS total
FROM assets AS a
WHERE a.owner_id = $1 AND a.asset_class = $2 AND a.ledger_id IS NOT NULL AND a.status NOT IN ('abolished', 'missing')
    AND NOT (a.ledger_id = ANY ($3::uuid[]) AND a.recorded_at = now())
    AND NOT EXISTS (SELECT FROM seen_assets AS s WHERE s.asset_id = a.asset_id)
    AND ($5::uuid[] IS NULL OR a.ledger_id = ANY ($5))
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
