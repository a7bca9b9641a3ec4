-- due
-- Due items of these owners by date, what has no date last.
SELECT d.owner_id, d.asset_id, d.asset_class, d.duty, d.state, d.window_open, d.due_soft, d.due, d.anchor_on, d.rule,
    d.basis, d.reason_ja, d.reason_en, d.planned_month, d.engineer, d.run_id,
    (u.parameters ->> 'as_of')::date AS as_of, a.number, a.name
FROM unnest($1::uuid[]) AS o (owner_id)
CROSS JOIN unnest($6::text[]) AS t (state)
CROSS JOIN LATERAL (
    (
        SELECT * FROM due_items AS s
        WHERE s.owner_id = o.owner_id AND s.state = t.state AND s.due IS NOT NULL
            AND ($2::uuid IS NULL OR ($3::date IS NOT NULL AND (s.due, s.asset_id, s.duty) > ($3, $2, $4::text)))
            AND ($8::date IS NULL OR s.due >= $8)
            AND ($9::date IS NULL OR s.due <= $9)
            AND ($5::text[] IS NULL OR s.asset_class = ANY ($5))
            AND ($7::text[] IS NULL OR s.duty = ANY ($7))
            AND ($10::date IS NULL OR s.planned_month = $10)
            AND ($11::text IS NULL OR s.engineer = $11)
            AND ($12::uuid IS NULL OR s.asset_id = $12)
        ORDER BY s.due, s.asset_id, s.duty
        LIMIT $13
    )
    UNION ALL
    (
        SELECT * FROM due_items AS s
        WHERE s.owner_id = o.owner_id AND s.state = t.state AND s.due IS NULL AND $8::date IS NULL AND $9::date IS NULL
            AND ($2::uuid IS NULL OR $3::date IS NOT NULL OR (s.asset_id, s.duty) > ($2, $4::text))
            AND ($5::text[] IS NULL OR s.asset_class = ANY ($5))
            AND ($7::text[] IS NULL OR s.duty = ANY ($7))
            AND ($10::date IS NULL OR s.planned_month = $10)
            AND ($11::text IS NULL OR s.engineer = $11)
            AND ($12::uuid IS NULL OR s.asset_id = $12)
        ORDER BY s.due, s.asset_id, s.duty
        LIMIT $13
    )
) AS d
JOIN assets AS a ON a.owner_id = d.owner_id AND a.asset_id = d.asset_id
LEFT JOIN runs AS u ON u.run_id = d.run_id
ORDER BY d.due, d.asset_id, d.duty
LIMIT $13;

-- risks
-- Scores of these owners' assets, highest expected loss first.
SELECT r.owner_id, r.asset_id, r.asset_class, r.bad_1y, r.bad_5y, r.bad_10y, r.bad_1y_low, r.bad_1y_high,
    r.bad_5y_low, r.bad_5y_high, r.bad_10y_low, r.bad_10y_high,
    r.life_median_years, r.life_low_years, r.life_high_years, r.consequence_yen, r.loss_yen_per_year,
    r.likelihood_band, r.consequence_band, r.reasons, r.run_id
FROM unnest($1::uuid[]) AS o (owner_id)
CROSS JOIN LATERAL (
    SELECT * FROM risks AS s
    WHERE s.owner_id = o.owner_id
        AND ($2::float8 IS NULL OR (s.loss_yen_per_year, s.asset_id) < ($2, $3::uuid))
        AND ($4::text[] IS NULL OR s.asset_class = ANY ($4))
        AND ($5::float8 IS NULL OR s.loss_yen_per_year >= $5)
        AND ($6::uuid IS NULL OR s.asset_id = $6)
    ORDER BY s.loss_yen_per_year DESC, s.asset_id DESC
    LIMIT $7
) AS r
ORDER BY r.loss_yen_per_year DESC, r.asset_id DESC
LIMIT $7;

-- ledgers
-- Imports of the principal's owner, newest first.
SELECT owner_id, ledger_id, path, asset_class, content, encode(sha256, 'hex') AS sha256, as_of, encoding, crs, warnings,
    rows_read, rows_new, rows_changed, rows_unchanged, rows_missing, rows_rejected, rows_flagged, origin, imported_at
FROM ledgers
WHERE owner_id = $1 AND ($2::uuid IS NULL OR ledger_id < $2) AND ($3::uuid IS NULL OR ledger_id = $3)
ORDER BY ledger_id DESC
LIMIT $4;

-- rejected_rows
-- Rows of one import, or of all, that were not taken.
SELECT owner_id, ledger_id, row_number, cells, faults, mended_at
FROM rejected_rows
WHERE owner_id = $1 AND ($2::uuid IS NULL OR ledger_id = $2)
    AND ($3::uuid IS NULL OR (ledger_id, row_number) > ($3, $4::bigint))
    AND ($5::boolean IS NULL OR (mended_at IS NOT NULL) = $5)
ORDER BY ledger_id, row_number
LIMIT $6;

-- mend_rejected_row
-- Note that a rejected row has been mended, or that it hasn't.
UPDATE rejected_rows SET mended_at = $4 WHERE owner_id = $1 AND ledger_id = $2 AND row_number = $3
RETURNING owner_id, ledger_id, row_number, cells, faults, mended_at;

-- runs
-- Computations of the principal's regions, newest first; what came out only for who may see counts of all it is about.
SELECT r.region_id, r.run_id, r.kind, r.inputs_digest, r.seed, r.parameters, r.code_version, r.state, r.progress,
    CASE WHEN w.whole THEN r.result END AS result, r.result IS NOT NULL AND NOT w.whole AS result_withheld,
    r.error, r.requested_at, r.started_at, r.finished_at
FROM runs AS r
CROSS JOIN LATERAL (
    SELECT NOT EXISTS (
        SELECT FROM region_members AS m
        WHERE m.region_id = r.region_id AND m.joined_on <= coalesce(r.finished_at, r.requested_at)::date
            AND (m.left_on IS NULL OR m.left_on > r.requested_at::date)
            AND m.owner_id <> ALL (string_to_array(current_setting('gm.own', true), ',')::uuid[])
            AND NOT ARRAY(SELECT m.owner_id || ':' || k FROM unnest($5::text[]) AS k)
                <@ string_to_array(current_setting('gm.tally', true), ',')
    ) AS whole
) AS w
WHERE ($1::uuid IS NULL OR r.region_id = $1) AND ($2::uuid IS NULL OR r.run_id < $2)
    AND ($3::uuid IS NULL OR r.run_id = $3)
ORDER BY r.run_id DESC
LIMIT $4;

-- plans
-- Plans of the principal's regions without their documents, newest first.
SELECT
    p.region_id, p.plan_id, p.run_id, p.edition, p.status, p.as_of, p.sheet_sha256, d.decided_on, p.superseded_by,
    coalesce(d.pdf_sha256, p.pdf_sha256) AS pdf_sha256, octet_length(coalesce(d.pdf, p.pdf)) AS pdf_bytes, p.created_at
FROM plans AS p
LEFT JOIN plan_decisions AS d ON d.region_id = p.region_id AND d.plan_id = p.plan_id
WHERE ($1::uuid IS NULL OR p.region_id = $1) AND ($2::uuid IS NULL OR p.plan_id < $2)
    AND ($3::uuid IS NULL OR p.plan_id = $3)
ORDER BY p.plan_id DESC
LIMIT $4;

-- plan_sheet
-- Every number of a plan, as it is printed.
SELECT sheet FROM plans WHERE plan_id = $1;

-- plan_document
-- The document of a plan, as decided where it was.
SELECT coalesce(d.pdf, p.pdf) AS pdf
FROM plans AS p LEFT JOIN plan_decisions AS d ON d.region_id = p.region_id AND d.plan_id = p.plan_id
WHERE p.plan_id = $1 AND p.pdf IS NOT NULL;

-- plan_pairs
-- Every owner's class that a plan speaks of, by the owner's code, with the owner's name as the plan prints it.
SELECT DISTINCT
    row ->> 'owner' AS owner, row ->> 'asset_class' AS asset_class,
    (SELECT m ->> 'name' FROM jsonb_array_elements(sheet -> 'members') AS m WHERE m ->> 'code' = row ->> 'owner')
        AS name
FROM plans, jsonb_array_elements(coalesce(sheet -> 'stock', '[]') || coalesce(sheet -> 'quality', '[]')) AS row
WHERE plan_id = $1;
