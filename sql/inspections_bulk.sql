-- stage_inspections
-- A temporary table for the inspections of a ledger.
CREATE TEMP TABLE staged_inspections (
    row_number bigint, number text, inspected_on date, date_precision text, scale text, grade text, inspector text,
    findings jsonb, flags text[], duty text, cells jsonb, ledger_id uuid
) ON COMMIT DROP;

-- stage_repairs
-- A temporary table for the repairs of a ledger.
CREATE TEMP TABLE staged_repairs (
    row_number bigint, number text, repaired_on date, kind text, cost_yen bigint, notes text, cells jsonb
) ON COMMIT DROP;

-- count_staged
-- How many inspections and repairs are staged.
SELECT (SELECT count(*) FROM staged_inspections) + (SELECT count(*) FROM staged_repairs) AS n;

-- forget_staged_repairs
-- Empty the temporary table of repairs for the next ledger.
TRUNCATE staged_repairs;

-- renumber_staged
-- Let staged inspections of one ledger name their assets as the inventory does.
UPDATE staged_inspections AS i SET number = n.number
FROM unnest($2::bigint[], $3::text[]) AS n (row_number, number)
WHERE i.ledger_id = $1 AND i.row_number = n.row_number;

-- merge_inspections
-- Insert the inspections of all ledgers just read that are not known yet, doubted by what stands before them.
-- The same rows make the same ids. A grade that the same ledger ($4 names the ledgers of $3), or one that no longer
-- takes part ($5), now tells otherwise is superseded. The doubts are the rule core.inspections.doubts: $6 to $10 are
-- its grades with their ranks and its jumps (grades, days), $11 the kinds of work that mend, $12 flags that are none.
WITH found AS (
    SELECT DISTINCT ON (a.asset_id, t.inspected_on, t.date_precision, t.scale, t.grade, t.duty)
        a.asset_id, t.*,
        CASE
            WHEN a.built_precision = 'day' AND a.built_on IS NOT NULL THEN a.built_on
            WHEN a.built_precision = 'month' AND a.built_on IS NOT NULL
                THEN date_trunc('month', a.built_on::timestamp)::date
            WHEN a.built_precision = 'fiscal_year' THEN make_date(a.built_year, 4, 1)
            WHEN a.built_precision IN ('day', 'month', 'year') THEN make_date(a.built_year, 1, 1)
        END AS earliest,
        CASE t.date_precision
            WHEN 'day' THEN t.inspected_on
            WHEN 'month' THEN (date_trunc('month', t.inspected_on::timestamp) + INTERVAL '1 month')::date - 1
            ELSE (t.inspected_on + INTERVAL '1 year')::date - 1
        END AS until
    FROM staged_inspections AS t
    JOIN assets AS a ON a.owner_id = $1 AND a.asset_class = $2 AND a.number = t.number
    ORDER BY a.asset_id, t.inspected_on, t.date_precision, t.scale, t.grade, t.duty, t.ledger_id, t.row_number
), counted AS (
    SELECT f.*, count(*) OVER (PARTITION BY f.asset_id, f.inspected_on, f.scale, f.duty) AS rivals FROM found AS f
), held AS (
    SELECT i.asset_id, i.inspected_on, i.scale, i.duty, count(*) AS n, (array_agg(i.inspection_id))[1] AS only_id,
        array_agg(i.grade) AS grades, bool_and(i.ledger_id IS NOT NULL) AS told,
        min(l.content || ' ' || l.path) AS source
    FROM inspections AS i
    LEFT JOIN ledgers AS l ON l.owner_id = $1 AND l.ledger_id = i.ledger_id
    WHERE i.owner_id = $1 AND i.asset_class = $2 AND i.asset_id IN (SELECT f.asset_id FROM found AS f)
        AND NOT EXISTS (
            SELECT FROM inspections AS newer WHERE newer.owner_id = $1 AND newer.supersedes = i.inspection_id)
    GROUP BY i.asset_id, i.inspected_on, i.scale, i.duty
), fresh AS (
    SELECT c.*, coalesce(h.n, 0) AS held,
        CASE
            WHEN c.rivals = 1 AND h.n = 1 AND h.told AND (h.source IS NULL OR h.source <> ALL ($5::text[])
                OR h.source = ($4::text[])[array_position($3::uuid[], c.ledger_id)]) THEN h.only_id
        END AS supersedes
    FROM counted AS c
    LEFT JOIN held AS h
        ON h.asset_id = c.asset_id AND h.inspected_on = c.inspected_on AND h.scale IS NOT DISTINCT FROM c.scale
        AND h.duty IS NOT DISTINCT FROM c.duty
    WHERE h.asset_id IS NULL OR array_position(h.grades, c.grade) IS NULL
), digested AS (
    SELECT f.*, sha256(convert_to(concat_ws('|', $1::uuid, f.asset_id, f.inspected_on - DATE '2000-01-01', f.date_precision,
        coalesce(f.scale, '-'), coalesce(f.grade, '-'), coalesce(f.duty, '-'), f.supersedes), 'UTF8')) AS digest
    FROM fresh AS f
), named AS (
    SELECT d.*,
        encode(set_byte(set_byte(substring(d.digest FOR 16), 6, get_byte(d.digest, 6) & 15 | 128),
            8, get_byte(d.digest, 8) & 63 | 128), 'hex')::uuid AS inspection_id
    FROM digested AS d
), ranks AS (
    SELECT r.scale, r.grade, r.rank, r.jump, r.days
    FROM unnest($6::text[], $7::text[], $8::integer[], $9::integer[], $10::integer[])
        AS r (scale, grade, rank, jump, days)
), standing AS (
    SELECT n.asset_id, n.scale, n.inspected_on, n.inspection_id, n.grade FROM named AS n WHERE n.grade IS NOT NULL
    UNION ALL
    SELECT i.asset_id, i.scale, i.inspected_on, i.inspection_id, i.grade
    FROM inspections AS i
    WHERE i.owner_id = $1 AND i.asset_class = $2 AND i.grade IS NOT NULL
        AND i.asset_id IN (SELECT n.asset_id FROM named AS n)
        AND NOT EXISTS (
            SELECT FROM inspections AS newer WHERE newer.owner_id = $1 AND newer.supersedes = i.inspection_id)
        AND NOT EXISTS (SELECT FROM named AS n WHERE n.supersedes = i.inspection_id)
), days AS (
    SELECT DISTINCT ON (s.asset_id, s.scale, s.inspected_on) s.asset_id, s.scale, s.inspected_on, s.grade
    FROM standing AS s
    ORDER BY s.asset_id, s.scale, s.inspected_on, s.inspection_id DESC
), pairs AS (
    SELECT d.asset_id, d.scale, d.inspected_on, lag(d.grade) OVER past AS grade, lag(d.inspected_on) OVER past AS day
    FROM days AS d
    WINDOW past AS (PARTITION BY d.asset_id, d.scale ORDER BY d.inspected_on)
), judged AS (
    SELECT n.*, p.day AS former_day, now_at.rank - then_at.rank AS step, now_at.jump, now_at.days
    FROM named AS n
    LEFT JOIN pairs AS p
        ON p.asset_id = n.asset_id AND p.scale = n.scale AND p.inspected_on = n.inspected_on AND p.day IS NOT NULL
    LEFT JOIN ranks AS now_at ON now_at.scale = n.scale AND now_at.grade = n.grade
    LEFT JOIN ranks AS then_at ON then_at.scale = n.scale AND then_at.grade = p.grade
), added AS (
    INSERT INTO inspections (owner_id, inspection_id, asset_id, asset_class, inspected_on, date_precision, duty, scale,
        grade, findings, inspector, supersedes, flags, origin, ledger_id, ledger_row)
    SELECT $1, j.inspection_id, j.asset_id, $2, j.inspected_on, j.date_precision, j.duty, j.scale, j.grade,
        coalesce(j.findings, '{}'), j.inspector, j.supersedes,
        coalesce(j.flags, '{}')
            || CASE WHEN j.until < j.earliest THEN ARRAY['before_construction'] ELSE '{}' END
            || CASE
                WHEN j.rivals > 1 OR j.held > (j.supersedes IS NOT NULL)::integer THEN ARRAY['same_day_twice']
                ELSE '{}'
            END
            || CASE
                WHEN j.step < 0 OR (j.step >= j.jump AND j.inspected_on - j.former_day <= j.days) THEN CASE
                    WHEN EXISTS (
                        SELECT FROM repairs AS r
                        WHERE r.owner_id = $1 AND r.asset_id = j.asset_id AND r.kind = ANY ($11::text[])
                            AND r.repaired_on BETWEEN j.former_day AND j.until) THEN '{}'
                    WHEN j.step < 0 THEN ARRAY['improved_without_repair']
                    ELSE ARRAY['grade_jump']
                END
                ELSE '{}'
            END,
        $13, j.ledger_id, j.row_number
    FROM judged AS j
    ON CONFLICT DO NOTHING
    RETURNING ledger_id, flags
)
SELECT ledger_id, count(*) AS added, count(*) FILTER (WHERE NOT flags <@ $12::text[]) AS doubtful
FROM added
GROUP BY ledger_id;

-- merge_repairs
-- Insert the repairs not known yet; the same rows make the same ids.
WITH found AS (
    SELECT DISTINCT ON (a.asset_id, t.repaired_on, t.kind) a.asset_id, t.*
    FROM staged_repairs AS t
    JOIN assets AS a ON a.owner_id = $1 AND a.asset_class = $2 AND a.number = t.number
    ORDER BY a.asset_id, t.repaired_on, t.kind, t.row_number
), named AS (
    SELECT f.*, sha256(convert_to(concat_ws('|', $1::uuid, f.asset_id, f.repaired_on - DATE '2000-01-01', f.kind), 'UTF8')) AS digest
    FROM found AS f
)
INSERT INTO repairs (owner_id, repair_id, asset_id, asset_class, repaired_on, kind, cost_yen, notes, origin, ledger_id)
SELECT $1,
    encode(set_byte(set_byte(substring(n.digest FOR 16), 6, get_byte(n.digest, 6) & 15 | 128),
        8, get_byte(n.digest, 8) & 63 | 128), 'hex')::uuid,
    n.asset_id, $2, n.repaired_on, n.kind, n.cost_yen, n.notes, $4, $3
FROM named AS n
ON CONFLICT DO NOTHING;

-- unknown_inspected
-- The staged inspections of one ledger whose assets the inventory does not have.
SELECT t.row_number, t.number, t.cells FROM staged_inspections AS t
WHERE t.ledger_id = $3
    AND NOT EXISTS (SELECT FROM assets AS a WHERE a.owner_id = $1 AND a.asset_class = $2 AND a.number = t.number)
ORDER BY t.row_number;

-- unknown_repaired
-- The staged repairs of assets that the inventory does not have.
SELECT t.row_number, t.number, t.cells FROM staged_repairs AS t
WHERE NOT EXISTS (SELECT FROM assets AS a WHERE a.owner_id = $1 AND a.asset_class = $2 AND a.number = t.number)
ORDER BY t.row_number;

-- renew_conditions
-- Work out anew the condition of the assets whose inspections have just come in; on the same day the worst grade stands.
INSERT INTO conditions AS c (owner_id, asset_id, asset_class, scale, grade, inspected_on, inspection_id)
SELECT DISTINCT ON (i.asset_id)
    i.owner_id, i.asset_id, i.asset_class, i.scale, i.grade, i.inspected_on, i.inspection_id
FROM inspections AS i
WHERE i.owner_id = $1 AND i.asset_class = $2 AND i.grade IS NOT NULL
    AND i.asset_id IN (
        SELECT n.asset_id FROM inspections AS n
        WHERE n.owner_id = $1 AND n.recorded_at = now() AND n.ledger_id = ANY ($3::uuid[]))
    AND NOT EXISTS (
        SELECT FROM inspections AS newer WHERE newer.owner_id = $1 AND newer.supersedes = i.inspection_id)
ORDER BY i.asset_id, i.inspected_on DESC, array_position($4::text[], i.scale || ':' || i.grade) DESC NULLS LAST,
    i.inspection_id
ON CONFLICT (owner_id, asset_id) DO UPDATE SET
    scale = excluded.scale, grade = excluded.grade, inspected_on = excluded.inspected_on,
    inspection_id = excluded.inspection_id
WHERE c.inspection_id <> excluded.inspection_id;
