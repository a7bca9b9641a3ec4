-- list_regions
-- The regions that the principal belongs to.
SELECT region_id, name, field, origin FROM regions ORDER BY name, region_id;

-- list_members
-- The present members of a region that the principal may know of.
SELECT DISTINCT o.owner_id, o.code, o.name, o.kind, o.population, o.area_km2, o.engineers, o.origin
FROM region_members AS m
JOIN owners AS o ON o.owner_id = m.owner_id
-- Lists are narrowed in many ways: each is planned for what is asked, until the end of the transaction.
CROSS JOIN set_config('plan_cache_mode', 'force_custom_plan', true) AS planned
WHERE m.region_id = $1 AND m.joined_on <= $2 AND (m.left_on IS NULL OR m.left_on > $2)
ORDER BY o.code;

-- latest_plan
-- The newest plan of a region, without its document.
SELECT plan_id, edition, status, as_of, pdf_sha256, created_at FROM plans
WHERE region_id = $1 ORDER BY edition DESC LIMIT 1;

-- outlines
-- The members' boundaries as the newest plan of a region keeps them.
SELECT sheet -> 'outlines' AS outlines FROM plans WHERE region_id = $1 ORDER BY edition DESC LIMIT 1;

-- seen
-- Digest what the principal sees of the counts and map cells of some owners: equal digests, equal counts.
-- That is by whose consents, and written by which transactions: a computation replaces all rows of an owner in one.
SELECT sha256(convert_to(
    coalesce(current_setting('gm.own', true), '-') || '|' || coalesce(current_setting('gm.known', true), '-') || '|'
    || coalesce(current_setting('gm.full', true), '-') || '|' || coalesce(current_setting('gm.condition', true), '-')
    || '|' || coalesce(current_setting('gm.tally', true), '-') || '|' || coalesce(string_agg(
        o.owner_id || ' '
        || coalesce((SELECT t.xmin || ' ' || t.computed_at FROM tallies AS t WHERE t.owner_id = o.owner_id LIMIT 1), '-')
        || ' '
        || coalesce((SELECT c.xmin::text FROM cells AS c WHERE c.owner_id = o.owner_id AND c.level = 4 LIMIT 1), '-'),
        '|' ORDER BY o.owner_id), '-'), 'UTF8')) AS digest
FROM unnest(coalesce($1::uuid[], string_to_array(
    concat_ws(',', nullif(current_setting('gm.own', true), ''), nullif(current_setting('gm.known', true), '')), ',')::uuid[]
)) AS o (owner_id);

-- highest_risks
-- Assets of some owners (and classes) by expected loss, merged in that order, one page after a given place in it.
SELECT
    a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_precision, a.route, a.length_m,
    a.diameter_mm, a.material_text, a.origin, a.status, c.scale, c.grade, c.inspected_on,
    r.bad_5y, r.bad_5y_low, r.bad_5y_high, r.loss_yen_per_year, r.reasons
FROM (
    SELECT u.* FROM (
        /* for each */
        (
            SELECT k.owner_id, k.asset_id, k.loss_yen_per_year FROM risks AS k
            WHERE k.owner_id = ($1::uuid[])[1 /* arm */]
                AND k.asset_class = ($2::text[])[1 /* arm */] -- if by_class
                AND k.loss_yen_per_year >= $3::double precision
                AND (k.loss_yen_per_year, k.asset_id) < ($4::double precision, $5::uuid)
            ORDER BY k.loss_yen_per_year DESC, k.asset_id DESC
        )
        /* end */
    ) AS u
    ORDER BY u.loss_yen_per_year DESC, u.asset_id DESC
    LIMIT $6
) AS w
JOIN risks AS r ON r.owner_id = w.owner_id AND r.asset_id = w.asset_id
JOIN assets AS a ON a.owner_id = w.owner_id AND a.asset_id = w.asset_id
LEFT JOIN conditions AS c ON c.owner_id = w.owner_id AND c.asset_id = w.asset_id
WHERE num_nulls($2::text[]) >= 0
ORDER BY w.loss_yen_per_year DESC, w.asset_id DESC;

-- clear_cells
-- Forget the map cells of these owners.
DELETE FROM cells WHERE owner_id = ANY ($1::uuid[]);

-- count_finest_cells
-- Count the located assets of these owners by map cell of one level.
INSERT INTO cells (owner_id, asset_class, level, x, y, band, n, loss_yen_per_year)
SELECT p.owner_id, p.asset_class, $2::smallint, p.x, p.y, p.band, count(*), sum(p.loss)
FROM (
    SELECT
        a.owner_id,
        a.asset_class,
        floor(((center(a.bounds))[0] + 180) / 360 * (1 << $2))::integer AS x,
        floor((1 - asinh(tan(radians(least(greatest((center(a.bounds))[1], -85.05), 85.05)))) / pi()) / 2
            * (1 << $2))::integer AS y,
        CASE
            WHEN r.loss_yen_per_year IS NULL THEN 0
            WHEN r.loss_yen_per_year >= 1000000 THEN 5
            WHEN r.loss_yen_per_year >= 100000 THEN 4
            WHEN r.loss_yen_per_year >= 10000 THEN 3
            WHEN r.loss_yen_per_year >= 1000 THEN 2
            ELSE 1
        END AS band,
        coalesce(r.loss_yen_per_year, 0) AS loss
    FROM assets AS a
    LEFT JOIN risks AS r ON r.owner_id = a.owner_id AND r.asset_id = a.asset_id
    WHERE a.owner_id = ANY ($1::uuid[]) AND a.bounds IS NOT NULL AND a.status <> 'abolished'
) AS p
GROUP BY p.owner_id, p.asset_class, p.x, p.y, p.band;

-- count_coarser_cells
-- Add up four cells of one level to one cell of the next coarser level.
INSERT INTO cells (owner_id, asset_class, level, x, y, band, n, loss_yen_per_year)
SELECT owner_id, asset_class, $2::smallint - 1, x >> 1, y >> 1, band, sum(n), sum(loss_yen_per_year)
FROM cells WHERE owner_id = ANY ($1::uuid[]) AND level = $2::smallint
GROUP BY owner_id, asset_class, x >> 1, y >> 1, band;

-- cells_of_tile
-- The map cells inside a tile as columns, all classes or one, all owners given.
SELECT coalesce(array_agg(f.x), '{}') AS x, coalesce(array_agg(f.y), '{}') AS y, coalesce(array_agg(f.n), '{}') AS n,
    coalesce(array_agg(f.band), '{}') AS band
FROM (
    SELECT c.x, c.y, sum(c.n)::bigint AS n, max(c.band)::integer AS band
    FROM unnest($1::uuid[]) AS o (owner_id)
    JOIN cells AS c ON c.owner_id = o.owner_id
    WHERE c.level = $2::smallint AND c.x BETWEEN $3 AND $4 AND c.y BETWEEN $5 AND $6
        AND ($7::text IS NULL OR c.asset_class = $7) AND c.band >= $8::smallint
    GROUP BY c.x, c.y
    ORDER BY c.x, c.y
) AS f;

-- box_counts
-- About how many located assets, of some classes and of all, each owner has in some map cells and everywhere.
SELECT o.owner_id, coalesce(f.n, 0) AS touched, coalesce(f.inside, 0) AS inside, coalesce(w.n, 0) AS whole,
    coalesce(f.all_n, 0) AS all_touched, coalesce(f.all_inside, 0) AS all_inside
FROM unnest($1::uuid[]) AS o (owner_id)
CROSS JOIN LATERAL (
    SELECT sum(c.n)::bigint AS all_n,
        (sum(c.n) FILTER (WHERE c.x > $3 AND c.x < $4 AND c.y > $5 AND c.y < $6))::bigint AS all_inside,
        (sum(c.n) FILTER (WHERE $8::text[] IS NULL OR c.asset_class = ANY ($8)))::bigint AS n,
        (sum(c.n) FILTER (WHERE c.x > $3 AND c.x < $4 AND c.y > $5 AND c.y < $6
            AND ($8 IS NULL OR c.asset_class = ANY ($8))))::bigint AS inside
    FROM cells AS c
    WHERE c.owner_id = o.owner_id AND c.level = $2::smallint AND c.x BETWEEN $3 AND $4 AND c.y BETWEEN $5 AND $6
) AS f
CROSS JOIN LATERAL (
    SELECT sum(c.n)::bigint AS n FROM cells AS c
    WHERE c.owner_id = o.owner_id AND c.level = $7::smallint AND ($8 IS NULL OR c.asset_class = ANY ($8))
) AS w;

-- assets_of_tile
-- The assets whose box touches a tile's box, with grade and expected loss; shared ones without number and name.
SELECT a.geometry, a.asset_id, a.asset_class, a.number, c.grade, r.loss_yen_per_year AS loss
FROM unnest($1::uuid[]) AS o (owner_id)
CROSS JOIN place_ranges($2::box) AS p
CROSS JOIN LATERAL ( -- OFFSET 0: looked up range by range, whatever the planner thinks of the box
    SELECT b.asset_id FROM assets AS b
    WHERE b.owner_id = o.owner_id AND b.place BETWEEN p.low AND p.high AND b.bounds && $2::box
        AND ($3::text IS NULL OR b.asset_class = $3) OFFSET 0
) AS n
CROSS JOIN LATERAL (
    SELECT * FROM assets AS b WHERE b.owner_id = o.owner_id AND b.asset_id = n.asset_id OFFSET 0
) AS a
LEFT JOIN conditions AS c ON c.owner_id = a.owner_id AND c.asset_id = a.asset_id
LEFT JOIN risks AS r ON r.owner_id = a.owner_id AND r.asset_id = a.asset_id
WHERE a.geometry IS NOT NULL AND a.status <> 'abolished'
    AND ($3::text IS NULL OR a.asset_class = $3)
    AND ($4::double precision = 0 OR r.loss_yen_per_year >= $4)
UNION ALL
SELECT s.geometry, s.asset_id, s.asset_class, NULL, s.grade, s.loss_yen_per_year
FROM place_ranges($2::box) AS p
JOIN shared_conditions AS s ON s.place BETWEEN p.low AND p.high
WHERE current_setting('gm.condition', true) <> ''
    AND s.owner_id = ANY ($1::uuid[]) AND s.bounds && $2::box AND s.geometry IS NOT NULL AND s.status <> 'abolished'
    AND ($3::text IS NULL OR s.asset_class = $3)
    AND ($4::double precision = 0 OR s.loss_yen_per_year >= $4)
LIMIT 20000;

-- extent
-- Where the cells of these owners lie, at one level.
SELECT min(x) AS west, max(x) AS east, min(y) AS north, max(y) AS south
FROM cells WHERE owner_id = ANY ($1::uuid[]) AND level = $2::smallint;
