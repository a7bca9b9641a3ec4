-- stage_inspections
-- A temporary table for the inspections of a ledger.
CREATE TEMP TABLE staged_inspections (
    row_number bigint, number text, inspected_on date, date_precision text, scale text, grade text, inspector text,
    findings jsonb, flags text[], duty text, cells jsonb
) ON COMMIT DROP;

-- stage_repairs
-- A temporary table for the repairs of a ledger.
CREATE TEMP TABLE staged_repairs (
    row_number bigint, number text, repaired_on date, kind text, cost_yen bigint, notes text, cells jsonb
) ON COMMIT DROP;

-- count_staged
-- How many inspections and repairs are staged.
SELECT (SELECT count(*) FROM staged_inspections) + (SELECT count(*) FROM staged_repairs) AS n;

-- forget_staged_inspections
-- Empty the temporary tables of inspections and repairs.
TRUNCATE staged_inspections, staged_repairs;

-- merge_inspections
-- Insert the inspections not known yet; a grade that a newer ledger corrects supersedes. The same rows make the same ids.
WITH found AS (
    SELECT DISTINCT ON (a.asset_id, t.inspected_on, t.date_precision, t.scale, t.grade, t.duty)
        a.asset_id, coalesce(t.duty, $5::text) AS fulfilled, t.*
    FROM staged_inspections AS t
    JOIN assets AS a ON a.owner_id = $1 AND a.asset_class = $2 AND a.number = t.number
    ORDER BY a.asset_id, t.inspected_on, t.date_precision, t.scale, t.grade, t.duty, t.row_number
), counted AS (
    SELECT f.*, count(*) OVER (PARTITION BY f.asset_id, f.inspected_on, f.scale, f.fulfilled) AS rivals FROM found AS f
), held AS (
    SELECT i.asset_id, i.inspected_on, i.scale, i.duty, count(*) AS n, (array_agg(i.inspection_id))[1] AS only_id,
        array_agg(i.grade) AS grades
    FROM inspections AS i
    WHERE i.owner_id = $1 AND i.asset_class = $2 AND i.ledger_id IS NOT NULL
        AND i.asset_id IN (SELECT f.asset_id FROM found AS f)
        AND NOT EXISTS (
            SELECT FROM inspections AS newer WHERE newer.owner_id = $1 AND newer.supersedes = i.inspection_id)
    GROUP BY i.asset_id, i.inspected_on, i.scale, i.duty
), fresh AS (
    SELECT c.*, CASE WHEN c.rivals = 1 AND h.n = 1 THEN h.only_id END AS supersedes
    FROM counted AS c
    LEFT JOIN held AS h
        ON h.asset_id = c.asset_id AND h.inspected_on = c.inspected_on AND h.scale IS NOT DISTINCT FROM c.scale
        AND h.duty IS NOT DISTINCT FROM c.fulfilled
    WHERE h.asset_id IS NULL OR array_position(h.grades, c.grade) IS NULL
), named AS (
    SELECT f.*, sha256(convert_to(concat_ws('|', $1::uuid, f.asset_id, f.inspected_on - DATE '2000-01-01', f.date_precision,
        coalesce(f.scale, '-'), coalesce(f.grade, '-'), coalesce(f.fulfilled, '-'), f.supersedes), 'UTF8')) AS digest
    FROM fresh AS f
)
INSERT INTO inspections (owner_id, inspection_id, asset_id, asset_class, inspected_on, date_precision, duty, scale, grade,
    findings, inspector, supersedes, flags, origin, ledger_id, ledger_row)
SELECT $1,
    encode(set_byte(set_byte(substring(n.digest FOR 16), 6, get_byte(n.digest, 6) & 15 | 128),
        8, get_byte(n.digest, 8) & 63 | 128), 'hex')::uuid,
    n.asset_id, $2, n.inspected_on, n.date_precision, n.fulfilled, n.scale, n.grade,
    coalesce(n.findings, '{}'), n.inspector, n.supersedes,
    coalesce(n.flags, '{}') || CASE WHEN n.rivals > 1 THEN ARRAY['same_day_twice'] ELSE '{}' END,
    $4, $3, n.row_number
FROM named AS n
ON CONFLICT DO NOTHING;

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
-- The staged inspections of assets that the inventory does not have.
SELECT t.row_number, t.number, t.cells FROM staged_inspections AS t
WHERE NOT EXISTS (SELECT FROM assets AS a WHERE a.owner_id = $1 AND a.asset_class = $2 AND a.number = t.number)
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
        WHERE n.owner_id = $1 AND n.recorded_at = now() AND n.ledger_id = $3)
    AND NOT EXISTS (
        SELECT FROM inspections AS newer WHERE newer.owner_id = $1 AND newer.supersedes = i.inspection_id)
ORDER BY i.asset_id, i.inspected_on DESC, array_position($4::text[], i.scale || ':' || i.grade) DESC NULLS LAST,
    i.inspection_id
ON CONFLICT (owner_id, asset_id) DO UPDATE SET
    scale = excluded.scale, grade = excluded.grade, inspected_on = excluded.inspected_on,
    inspection_id = excluded.inspection_id
WHERE c.inspection_id <> excluded.inspection_id;
