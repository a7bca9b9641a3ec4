-- readable_owners
-- Owners whose assets the principal reads one by one, with their classes: its own and those that consented in full.
SELECT left(pair, 36)::uuid AS owner_id, bool_or(length(pair) = 36) AS own, array_agg(substr(pair, 38)) AS classes
FROM unnest(
    string_to_array(current_setting('gm.own', true), ',') || string_to_array(current_setting('gm.full', true), ',')
) AS pair
-- Until the end of the transaction: a list has one statement for each way of narrowing it, planned once ($1) or for what
-- is asked. As a page holds few rows, whole tables are never hashed or sorted for it.
CROSS JOIN set_config('plan_cache_mode', CASE WHEN $1 THEN 'force_generic_plan' ELSE 'force_custom_plan' END, true) AS plan
CROSS JOIN set_config('enable_hashjoin', 'off', true) AS unhashed
CROSS JOIN set_config('enable_mergejoin', 'off', true) AS unmerged
CROSS JOIN set_config('enable_sort', CASE WHEN $1 THEN 'off' ELSE 'on' END, true) AS unsorted
CROSS JOIN set_config('enable_bitmapscan', CASE WHEN $1 THEN 'off' ELSE 'on' END, true) AS unmapped
CROSS JOIN set_config('enable_seqscan', CASE WHEN $1 THEN 'off' ELSE 'on' END, true) AS indexed
CROSS JOIN set_config('max_parallel_workers_per_gather', '0', true) AS alone
WHERE pair <> ''
GROUP BY left(pair, 36)
ORDER BY left(pair, 36);

-- by_risk
-- Scored assets, highest expected loss first: owner by owner (and class, status or municipality), merged in that order.
SELECT
    a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
    a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
    a.material_text, a.status, a.origin, a.flags, a.revision, a.recorded_at,
    CASE WHEN $13 THEN a.geometry END AS geometry,
    c.scale, c.grade, c.inspected_on,
    r.loss_yen_per_year, r.likelihood_band, r.consequence_band, r.bad_5y
FROM (
    SELECT u.* FROM (
        /* for each */
        (
            SELECT k.owner_id, k.asset_id, k.loss_yen_per_year FROM risks AS k
            WHERE k.owner_id = ($1::uuid[])[1 /* arm */]
                AND k.asset_class = ($14::text[])[1 /* arm */] -- if by_class
                AND k.status = ($14::text[])[1 /* arm */] AND k.status <> 'in_service' -- if by_status
                AND k.municipality_code = ($14::text[])[1 /* arm */] -- if by_municipality
                AND (k.loss_yen_per_year, k.asset_id) < ($2::double precision, $3::uuid)
                AND k.asset_class = ANY ($4::text[]) -- if classes
                AND k.status = ANY ($7::text[]) -- if statuses
                AND k.municipality_code = ANY ($10::text[]) -- if municipalities
                AND k.bounds && $11::box -- if box
                AND (SELECT c.grade FROM conditions AS c -- if grades
                    WHERE c.owner_id = k.owner_id AND c.asset_id = k.asset_id LIMIT 1) = ANY ($5::text[]) -- if grades
                AND (SELECT c.scale FROM conditions AS c -- if scale
                    WHERE c.owner_id = k.owner_id AND c.asset_id = k.asset_id LIMIT 1) = $6::text -- if scale
                AND (SELECT true FROM due_items AS d WHERE d.owner_id = k.owner_id AND d.asset_id = k.asset_id -- if due
                    AND d.state = ANY ($8::text[]) LIMIT 1) -- if due
                AND (SELECT b.number ILIKE ANY ($9::text[]) OR b.name ILIKE ANY ($9) OR b.route ILIKE ANY ($9) -- if text
                    FROM assets AS b WHERE b.owner_id = k.owner_id AND b.asset_id = k.asset_id LIMIT 1) -- if text
            ORDER BY k.loss_yen_per_year DESC, k.asset_id DESC
        )
        /* end */
    ) AS u
    ORDER BY u.loss_yen_per_year DESC, u.asset_id DESC
    -- What may follow, assets without a score, is planned for what is asked.
    LIMIT (
        SELECT $12::bigint FROM set_config('plan_cache_mode', 'force_custom_plan', true) AS planned,
            set_config('enable_sort', 'on', true) AS sorted, set_config('enable_bitmapscan', 'on', true) AS mapped
    )
) AS w
JOIN risks AS r ON r.owner_id = w.owner_id AND r.asset_id = w.asset_id
JOIN assets AS a ON a.owner_id = w.owner_id AND a.asset_id = w.asset_id
LEFT JOIN conditions AS c ON c.owner_id = w.owner_id AND c.asset_id = w.asset_id
WHERE num_nulls($4::text[], $5::text[], $6::text, $7::text[], $8::text[], $9::text[], $10::text[], $11::box) >= 0
    AND num_nulls($14::text[]) >= 0
ORDER BY w.loss_yen_per_year DESC, w.asset_id DESC;

-- by_risk_in_box
-- Scored assets in a small box, highest expected loss first.
SELECT
    a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
    a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
    a.material_text, a.status, a.origin, a.flags, a.revision, a.recorded_at,
    CASE WHEN $13 THEN a.geometry END AS geometry,
    c.scale, c.grade, c.inspected_on,
    r.loss_yen_per_year, r.likelihood_band, r.consequence_band, r.bad_5y
FROM (
    SELECT n.* FROM unnest($1::uuid[]) AS o (owner_id)
    CROSS JOIN place_ranges($11::box) AS g
    CROSS JOIN LATERAL ( -- OFFSET 0: looked up range by range, whatever the planner thinks of the box
        SELECT k.owner_id, k.asset_id, k.loss_yen_per_year FROM risks AS k
        WHERE k.owner_id = o.owner_id AND k.place BETWEEN g.low AND g.high AND k.bounds && $11
            AND (k.loss_yen_per_year, k.asset_id) < ($2::double precision, $3::uuid)
            AND k.asset_class = ANY ($4::text[]) -- if classes
            AND k.status = ANY ($7::text[]) -- if statuses
            AND k.municipality_code = ANY ($10::text[]) -- if municipalities
        OFFSET 0
    ) AS n
    ORDER BY n.loss_yen_per_year DESC, n.asset_id DESC
    OFFSET 0
) AS w
JOIN assets AS a ON a.owner_id = w.owner_id AND a.asset_id = w.asset_id
JOIN risks AS r ON r.owner_id = w.owner_id AND r.asset_id = w.asset_id
LEFT JOIN conditions AS c ON c.owner_id = w.owner_id AND c.asset_id = w.asset_id
WHERE true
    AND num_nulls($4::text[], $5::text[], $6::text, $7::text[], $8::text[], $9::text[], $10::text[], $11::box) >= 0
    AND c.grade = ANY ($5::text[]) -- if grades
    AND c.scale = $6::text -- if scale
    AND (SELECT true FROM due_items AS d WHERE d.owner_id = w.owner_id AND d.asset_id = w.asset_id -- if due
        AND d.state = ANY ($8::text[]) LIMIT 1) -- if due
    AND (a.number ILIKE ANY ($9::text[]) OR a.name ILIKE ANY ($9) OR a.route ILIKE ANY ($9)) -- if text
ORDER BY w.loss_yen_per_year DESC, w.asset_id DESC
LIMIT $12;

-- by_risk_gathered
-- Scored assets with a rare grade or a rare state of duty, highest expected loss first: all of them are looked up.
SELECT
    a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
    a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
    a.material_text, a.status, a.origin, a.flags, a.revision, a.recorded_at,
    CASE WHEN $13 THEN a.geometry END AS geometry,
    c.scale, c.grade, c.inspected_on,
    r.loss_yen_per_year, r.likelihood_band, r.consequence_band, r.bad_5y
FROM (
    SELECT k.owner_id, k.asset_id, k.loss_yen_per_year
    FROM unnest($1::uuid[], $14::text[]) AS o (owner_id, asset_class)
    CROSS JOIN LATERAL ( -- OFFSET 0: an owner's class that may be read, one by one
        SELECT c.asset_id FROM conditions AS c -- if by_grade
        WHERE c.owner_id = o.owner_id AND c.grade = ANY ($5::text[]) AND c.asset_class = o.asset_class -- if by_grade
        UNION -- if by_grade_and_due
        SELECT d.asset_id FROM due_items AS d -- if by_due
        WHERE d.owner_id = o.owner_id AND d.asset_class = o.asset_class AND d.state = ANY ($8::text[]) -- if by_due
        GROUP BY d.asset_id -- if by_due
        OFFSET 0
    ) AS n
    CROSS JOIN LATERAL (
        SELECT s.owner_id, s.asset_id, s.asset_class, s.loss_yen_per_year FROM risks AS s
        WHERE s.owner_id = o.owner_id AND s.asset_id = n.asset_id OFFSET 0
    ) AS k
    WHERE (k.loss_yen_per_year, k.asset_id) < ($2::double precision, $3::uuid)
    ORDER BY k.loss_yen_per_year DESC, k.asset_id DESC
    OFFSET 0
) AS w
JOIN assets AS a ON a.owner_id = w.owner_id AND a.asset_id = w.asset_id
JOIN risks AS r ON r.owner_id = w.owner_id AND r.asset_id = w.asset_id
LEFT JOIN conditions AS c ON c.owner_id = w.owner_id AND c.asset_id = w.asset_id
WHERE true
    AND num_nulls($4::text[], $5::text[], $6::text, $7::text[], $8::text[], $9::text[], $10::text[], $11::box) >= 0
    AND a.status = ANY ($7::text[]) -- if statuses
    AND a.municipality_code = ANY ($10::text[]) -- if municipalities
    AND (SELECT true FROM due_items AS d WHERE d.owner_id = w.owner_id AND d.asset_id = w.asset_id -- if due
        AND d.state = ANY ($8::text[]) LIMIT 1) -- if due
    AND c.grade = ANY ($5::text[]) -- if grades
    AND c.scale = $6::text -- if scale
    AND a.bounds && $11::box -- if box
    AND (a.number ILIKE ANY ($9::text[]) OR a.name ILIKE ANY ($9) OR a.route ILIKE ANY ($9)) -- if text
ORDER BY w.loss_yen_per_year DESC, w.asset_id DESC
LIMIT $12;

-- by_identity
-- Assets in the order of their identifiers; $14: only those without a score.
SELECT p.* FROM unnest($1::uuid[]) AS o (owner_id)
CROSS JOIN LATERAL (
    SELECT
        a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
        a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
        a.material_text, a.status, a.origin, a.flags, a.revision, a.recorded_at,
        CASE WHEN $13 THEN a.geometry END AS geometry,
        c.scale, c.grade, c.inspected_on,
        r.loss_yen_per_year, r.likelihood_band, r.consequence_band, r.bad_5y
    FROM assets AS a
    LEFT JOIN risks AS r ON r.owner_id = a.owner_id AND r.asset_id = a.asset_id
    LEFT JOIN conditions AS c ON c.owner_id = a.owner_id AND c.asset_id = a.asset_id
    WHERE a.owner_id = o.owner_id
        AND ($2::float8 IS NULL OR true)
        AND ($3::uuid IS NULL OR a.asset_id > $3)
        AND ($4::text[] IS NULL OR a.asset_class = ANY ($4))
        AND ($5::text[] IS NULL OR c.grade = ANY ($5))
        AND ($6::text IS NULL OR c.scale = $6)
        AND ($7::text[] IS NULL OR a.status = ANY ($7))
        AND ($8::text[] IS NULL OR CASE WHEN $15::boolean -- many have such a duty: each row is looked up
            THEN (SELECT true FROM due_items AS d
                WHERE d.owner_id = a.owner_id AND d.asset_id = a.asset_id AND d.state = ANY ($8) LIMIT 1)
            ELSE EXISTS (SELECT FROM due_items AS d
                WHERE d.owner_id = a.owner_id AND d.asset_id = a.asset_id AND d.state = ANY ($8)) END)
        AND ($9::text[] IS NULL OR a.number ILIKE ANY ($9) OR a.name ILIKE ANY ($9) OR a.route ILIKE ANY ($9))
        AND ($10::text[] IS NULL OR a.municipality_code = ANY ($10))
        AND ($11::box IS NULL OR CASE WHEN a.bounds && $11 THEN true ELSE false END) -- holds for many: see in_box
        AND (NOT $14::boolean OR r.asset_id IS NULL)
    ORDER BY a.asset_id
    LIMIT $12
) AS p
ORDER BY p.asset_id
LIMIT $12;

-- by_number
-- Assets of one class owner by owner in the order of their numbers.
SELECT
    a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
    a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
    a.material_text, a.status, a.origin, a.flags, a.revision, a.recorded_at,
    a.geometry,
    c.scale, c.grade, c.inspected_on,
    r.loss_yen_per_year, r.likelihood_band, r.consequence_band, r.bad_5y
FROM (
    SELECT u.* FROM (
        /* for each */
        (
            SELECT k.owner_id, k.asset_id, k.number FROM assets AS k
            WHERE k.owner_id = ($1::uuid[])[1 /* arm */] AND k.asset_class = $4::text
                AND k.number > ($2::text[])[1 /* arm */]
                AND k.bounds && $3::box -- if box
            ORDER BY k.owner_id, k.number
            LIMIT $5
        )
        /* end */
    ) AS u
    ORDER BY u.owner_id, u.number
    LIMIT $5
) AS w
JOIN assets AS a ON a.owner_id = w.owner_id AND a.asset_id = w.asset_id
LEFT JOIN conditions AS c ON c.owner_id = w.owner_id AND c.asset_id = w.asset_id
LEFT JOIN risks AS r ON r.owner_id = w.owner_id AND r.asset_id = w.asset_id
WHERE num_nulls($3::box) >= 0
ORDER BY w.owner_id, w.number;

-- by_number_in_box
-- Assets of one class in a small box owner by owner in the order of their numbers.
SELECT
    a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
    a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
    a.material_text, a.status, a.origin, a.flags, a.revision, a.recorded_at,
    a.geometry,
    c.scale, c.grade, c.inspected_on,
    r.loss_yen_per_year, r.likelihood_band, r.consequence_band, r.bad_5y
FROM (
    SELECT o.owner_id, n.asset_id, k.number
    FROM unnest($1::uuid[], $2::text[]) AS o (owner_id, number)
    CROSS JOIN place_ranges($3::box) AS g
    CROSS JOIN LATERAL ( -- OFFSET 0: looked up range by range, whatever the planner thinks of the box
        SELECT b.asset_id FROM assets AS b
        WHERE b.owner_id = o.owner_id AND b.place BETWEEN g.low AND g.high AND b.bounds && $3 AND b.asset_class = $4::text
        OFFSET 0
    ) AS n
    CROSS JOIN LATERAL (
        SELECT l.number FROM assets AS l WHERE l.owner_id = o.owner_id AND l.asset_id = n.asset_id OFFSET 0
    ) AS k
    WHERE k.number > o.number
    ORDER BY o.owner_id, k.number
    LIMIT $5
) AS w
JOIN assets AS a ON a.owner_id = w.owner_id AND a.asset_id = w.asset_id
LEFT JOIN conditions AS c ON c.owner_id = w.owner_id AND c.asset_id = w.asset_id
LEFT JOIN risks AS r ON r.owner_id = w.owner_id AND r.asset_id = w.asset_id
ORDER BY w.owner_id, w.number;

-- by_identity_in_box
-- Assets in a small box in the order of their identifiers; $14: only those without a score.
SELECT
    a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
    a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
    a.material_text, a.status, a.origin, a.flags, a.revision, a.recorded_at,
    CASE WHEN $13 THEN a.geometry END AS geometry,
    c.scale, c.grade, c.inspected_on,
    r.loss_yen_per_year, r.likelihood_band, r.consequence_band, r.bad_5y
FROM unnest($1::uuid[]) AS o (owner_id)
CROSS JOIN place_ranges($11::box) AS g
CROSS JOIN LATERAL ( -- OFFSET 0: looked up range by range, whatever the planner thinks of the box
    SELECT b.asset_id FROM assets AS b
    WHERE b.owner_id = o.owner_id AND b.place BETWEEN g.low AND g.high AND b.bounds && $11::box OFFSET 0
) AS n
CROSS JOIN LATERAL (
    SELECT * FROM assets AS b WHERE b.owner_id = o.owner_id AND b.asset_id = n.asset_id OFFSET 0
) AS a
LEFT JOIN conditions AS c ON c.owner_id = a.owner_id AND c.asset_id = a.asset_id
LEFT JOIN risks AS r ON r.owner_id = a.owner_id AND r.asset_id = a.asset_id
WHERE true
    AND ($2::float8 IS NULL OR true)
    AND ($3::uuid IS NULL OR a.asset_id > $3)
    AND ($4::text[] IS NULL OR a.asset_class = ANY ($4))
    AND ($5::text[] IS NULL OR c.grade = ANY ($5))
    AND ($6::text IS NULL OR c.scale = $6)
    AND ($7::text[] IS NULL OR a.status = ANY ($7))
    AND ($8::text[] IS NULL OR EXISTS (
        SELECT FROM due_items AS d
        WHERE d.owner_id = a.owner_id AND d.asset_id = a.asset_id AND d.state = ANY ($8)))
    AND ($9::text[] IS NULL OR a.number ILIKE ANY ($9) OR a.name ILIKE ANY ($9) OR a.route ILIKE ANY ($9))
    AND ($10::text[] IS NULL OR a.municipality_code = ANY ($10))
    AND (NOT $14::boolean OR r.asset_id IS NULL)
ORDER BY a.asset_id
LIMIT $12;

-- by_risk_among
-- Scored assets out of some given ones, highest expected loss first.
SELECT
    a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
    a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
    a.material_text, a.status, a.origin, a.flags, a.revision, a.recorded_at,
    CASE WHEN $13 THEN a.geometry END AS geometry,
    c.scale, c.grade, c.inspected_on,
    r.loss_yen_per_year, r.likelihood_band, r.consequence_band, r.bad_5y
FROM unnest($1::uuid[], $14::uuid[]) AS o (owner_id, asset_id)
CROSS JOIN LATERAL ( -- OFFSET 0: looked up one by one, however many the planner expects
    SELECT * FROM assets AS b WHERE b.owner_id = o.owner_id AND b.asset_id = o.asset_id OFFSET 0
) AS a
LEFT JOIN conditions AS c ON c.owner_id = a.owner_id AND c.asset_id = a.asset_id
JOIN risks AS r ON r.owner_id = a.owner_id AND r.asset_id = a.asset_id
WHERE true
    AND ($2::float8 IS NULL OR (r.loss_yen_per_year, r.asset_id) < ($2, $3::uuid))
    AND ($4::text[] IS NULL OR a.asset_class = ANY ($4))
    AND ($5::text[] IS NULL OR c.grade = ANY ($5))
    AND ($6::text IS NULL OR c.scale = $6)
    AND ($7::text[] IS NULL OR a.status = ANY ($7))
    AND ($8::text[] IS NULL OR EXISTS (
        SELECT FROM due_items AS d
        WHERE d.owner_id = a.owner_id AND d.asset_id = a.asset_id AND d.state = ANY ($8)))
    AND ($9::text[] IS NULL OR a.number ILIKE ANY ($9) OR a.name ILIKE ANY ($9) OR a.route ILIKE ANY ($9))
    AND ($10::text[] IS NULL OR a.municipality_code = ANY ($10))
    AND ($11::box IS NULL OR a.bounds && $11)
ORDER BY r.loss_yen_per_year DESC, r.asset_id DESC
LIMIT $12;

-- by_identity_among
-- Assets out of some given ones in the order of their identifiers; $14: only those without a score.
SELECT
    a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
    a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
    a.material_text, a.status, a.origin, a.flags, a.revision, a.recorded_at,
    CASE WHEN $13 THEN a.geometry END AS geometry,
    c.scale, c.grade, c.inspected_on,
    r.loss_yen_per_year, r.likelihood_band, r.consequence_band, r.bad_5y
FROM unnest($1::uuid[], $15::uuid[]) AS o (owner_id, asset_id)
CROSS JOIN LATERAL ( -- OFFSET 0: looked up one by one, however many the planner expects
    SELECT * FROM assets AS b WHERE b.owner_id = o.owner_id AND b.asset_id = o.asset_id OFFSET 0
) AS a
LEFT JOIN conditions AS c ON c.owner_id = a.owner_id AND c.asset_id = a.asset_id
LEFT JOIN risks AS r ON r.owner_id = a.owner_id AND r.asset_id = a.asset_id
WHERE true
    AND ($2::float8 IS NULL OR true)
    AND ($3::uuid IS NULL OR a.asset_id > $3)
    AND ($4::text[] IS NULL OR a.asset_class = ANY ($4))
    AND ($5::text[] IS NULL OR c.grade = ANY ($5))
    AND ($6::text IS NULL OR c.scale = $6)
    AND ($7::text[] IS NULL OR a.status = ANY ($7))
    AND ($8::text[] IS NULL OR EXISTS (
        SELECT FROM due_items AS d
        WHERE d.owner_id = a.owner_id AND d.asset_id = a.asset_id AND d.state = ANY ($8)))
    AND ($9::text[] IS NULL OR a.number ILIKE ANY ($9) OR a.name ILIKE ANY ($9) OR a.route ILIKE ANY ($9))
    AND ($10::text[] IS NULL OR a.municipality_code = ANY ($10))
    AND ($11::box IS NULL OR a.bounds && $11)
    AND (NOT $14::boolean OR r.asset_id IS NULL)
ORDER BY a.asset_id
LIMIT $12;

-- as_of
-- Assets as they were known at a moment, in the order of their identifiers.
SELECT v.* FROM unnest($1::uuid[]) AS o (owner_id)
CROSS JOIN LATERAL (
    SELECT
        a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
        a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
        a.material_text, a.status, a.origin, a.flags, a.revision, a.recorded_at
    FROM assets AS a
    WHERE a.owner_id = o.owner_id AND a.recorded_at <= $2
        AND ($3::uuid IS NULL OR a.asset_id > $3) AND ($4::text[] IS NULL OR a.asset_class = ANY ($4))
    UNION ALL
    SELECT
        h.owner_id, h.asset_id, h.asset_class, h.number, h.name, h.built_year, h.built_on, h.built_precision,
        h.municipality_code, h.route, h.length_m, h.width_m, h.area_m2, h.diameter_mm, h.depth_m, h.material,
        h.material_text, h.status, h.origin, h.flags, h.revision, h.recorded_at
    FROM asset_history AS h
    WHERE h.owner_id = o.owner_id AND h.recorded_at <= $2 AND h.superseded_at > $2
        AND ($3::uuid IS NULL OR h.asset_id > $3) AND ($4::text[] IS NULL OR h.asset_class = ANY ($4))
    ORDER BY asset_id
    LIMIT $5
) AS v
ORDER BY v.asset_id
LIMIT $5;

-- one
-- One asset with everything known about it.
SELECT
    a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision,
    a.municipality_code, a.route, a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material,
    a.material_text, a.status, a.origin, a.flags, a.revision, a.recorded_at, a.geometry, a.attributes, a.ledger_id,
    a.ledger_row, c.scale, c.grade, c.inspected_on,
    r.loss_yen_per_year, r.likelihood_band, r.consequence_band, r.bad_5y,
    (SELECT jsonb_agg(jsonb_build_object('scheme', n.scheme, 'number', n.number) ORDER BY n.scheme, n.number)
        FROM asset_numbers AS n WHERE n.owner_id = a.owner_id AND n.asset_id = a.asset_id) AS numbers
FROM assets AS a
LEFT JOIN conditions AS c ON c.owner_id = a.owner_id AND c.asset_id = a.asset_id
LEFT JOIN risks AS r ON r.owner_id = a.owner_id AND r.asset_id = a.asset_id
WHERE a.asset_id = $1 AND a.owner_id = ANY ($2::uuid[]);

-- versions
-- Former states of one asset, newest first.
SELECT
    h.owner_id, h.asset_id, h.asset_class, h.number, h.name, h.built_year, h.built_on, h.built_precision,
    h.municipality_code, h.route, h.length_m, h.width_m, h.area_m2, h.diameter_mm, h.depth_m, h.material,
    h.material_text, h.status, h.origin, h.flags, h.revision, h.recorded_at, h.attributes, h.superseded_at
FROM asset_history AS h
WHERE h.asset_id = $1 AND h.owner_id = ANY ($2::uuid[])
ORDER BY h.revision DESC;

-- change
-- Change an asset whose revision is the expected one, and keep its former state in the same statement.
WITH former AS (
    SELECT * FROM assets WHERE owner_id = $1 AND asset_id = $2 AND revision = $3 FOR UPDATE
), kept AS (
    INSERT INTO asset_history (owner_id, asset_id, asset_class, number, name, built_year, built_on, built_precision,
        municipality_code, route, length_m, width_m, area_m2, diameter_mm, depth_m, material, material_text, attributes,
        geometry, bounds, status, origin, flags, ledger_id, ledger_row, revision, recorded_at, recorded_by,
        superseded_at)
    SELECT owner_id, asset_id, asset_class, number, name, built_year, built_on, built_precision,
        municipality_code, route, length_m, width_m, area_m2, diameter_mm, depth_m, material, material_text, attributes,
        geometry, bounds, status, origin, flags, ledger_id, ledger_row, revision, recorded_at, recorded_by, $4
    FROM former
)
UPDATE assets AS a SET
    number = $6, name = $7, built_year = $8, built_on = $9, built_precision = $10, municipality_code = $11, route = $12,
    length_m = $13, width_m = $14, area_m2 = $15, diameter_mm = $16, depth_m = $17, material = $18, material_text = $19,
    attributes = $20, status = $21, revision = a.revision + 1, recorded_at = $4, recorded_by = $5
FROM former
WHERE a.owner_id = former.owner_id AND a.asset_id = former.asset_id
RETURNING a.revision;

-- shared
-- Assets that neighbours share at level condition: place, size, age, grade and risk, no number or name.
SELECT
    s.owner_id, s.asset_id, s.asset_class, s.built_year, s.built_precision, s.municipality_code, s.length_m, s.width_m,
    s.area_m2, s.diameter_mm, s.material, s.geometry, s.status, s.origin, s.scale, s.grade, s.inspected_on, s.bad_5y,
    s.loss_yen_per_year, s.likelihood_band, s.consequence_band
FROM shared_conditions AS s
WHERE current_setting('gm.condition', true) <> ''
    AND ($1::uuid IS NULL OR s.owner_id = $1)
    AND ($2::text[] IS NULL OR s.asset_class = ANY ($2))
    AND ($3::uuid IS NULL OR s.asset_id > $3)
    AND ($4::box IS NULL OR s.bounds && $4)
ORDER BY s.asset_id
LIMIT $5;
