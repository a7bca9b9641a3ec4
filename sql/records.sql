-- due
-- Due items with a date by date, or those without: owner by owner (and state and class), merged in that order.
SELECT d.owner_id, d.asset_id, d.asset_class, d.duty, d.state, d.window_open, d.due_soft, d.due, d.anchor_on, d.rule,
    d.basis, d.reason_ja, d.reason_en, d.planned_month, d.engineer, d.run_id,
    (u.parameters ->> 'as_of')::date AS as_of, a.number, a.name
FROM (
    SELECT m.* FROM (
        /* for each */
        (
            SELECT s.owner_id, s.asset_id, s.duty, s.due FROM due_items AS s
            WHERE s.owner_id = ($1::uuid[])[1 /* arm */]
                AND s.state = ($6::text[])[1 /* arm */] -- if by_state
                AND s.asset_class = ($14::text[])[1 /* arm */] -- if by_class
                AND s.due IS NOT NULL AND (s.due, s.asset_id, s.duty) > ($3::date, $2::uuid, $4::text) -- if dated
                AND s.due IS NULL AND (s.asset_id, s.duty) > ($2::uuid, $4::text) -- if undated
                AND s.planned_month = $10::date -- if planned
                AND s.due >= $8::date -- if first_day
                AND s.due <= $9::date -- if last_day
                AND s.asset_class = ANY ($5::text[]) -- if classes
                AND s.state = ANY ($15::text[]) -- if states
                AND s.duty = ANY ($7::text[]) -- if duties
                AND s.engineer = $11::text -- if engineer
                AND s.asset_id = $12::uuid -- if asset
            ORDER BY s.due, s.asset_id, s.duty
        )
        /* end */
    ) AS m
    ORDER BY m.due, m.asset_id, m.duty
    LIMIT $13
) AS w
JOIN due_items AS d ON d.owner_id = w.owner_id AND d.asset_id = w.asset_id AND d.duty = w.duty
JOIN assets AS a ON a.owner_id = w.owner_id AND a.asset_id = w.asset_id
LEFT JOIN runs AS u ON u.run_id = d.run_id
WHERE num_nulls($5::text[], $7::text[], $8::date, $9::date, $10::date, $11::text, $12::uuid, $15::text[]) >= 0
    AND num_nulls($6::text[], $14::text[], $2::uuid, $3::date, $4::text) >= 0
ORDER BY w.due, w.asset_id, w.duty;

-- risks
-- Scores of these owners' assets, highest expected loss first, merged in that order.
SELECT r.owner_id, r.asset_id, r.asset_class, r.bad_1y, r.bad_5y, r.bad_10y, r.bad_1y_low, r.bad_1y_high,
    r.bad_5y_low, r.bad_5y_high, r.bad_10y_low, r.bad_10y_high,
    r.life_median_years, r.life_low_years, r.life_high_years, r.consequence_yen, r.loss_yen_per_year,
    r.likelihood_band, r.consequence_band, r.reasons, r.run_id
FROM (
    SELECT u.* FROM (
        /* for each */
        (
            SELECT s.owner_id, s.asset_id, s.loss_yen_per_year FROM risks AS s
            WHERE s.owner_id = ($1::uuid[])[1 /* arm */]
                AND s.asset_class = ($8::text[])[1 /* arm */] -- if by_class
                AND (s.loss_yen_per_year, s.asset_id) < ($2::double precision, $3::uuid)
                AND s.asset_class = ANY ($4::text[]) -- if classes
                AND s.loss_yen_per_year >= $5::double precision -- if least
                AND s.asset_id = $6::uuid -- if asset
            ORDER BY s.loss_yen_per_year DESC, s.asset_id DESC
        )
        /* end */
    ) AS u
    ORDER BY u.loss_yen_per_year DESC, u.asset_id DESC
    LIMIT $7
) AS w
JOIN risks AS r ON r.owner_id = w.owner_id AND r.asset_id = w.asset_id
WHERE num_nulls($4::text[], $5::double precision, $6::uuid, $8::text[]) >= 0
ORDER BY w.loss_yen_per_year DESC, w.asset_id DESC;

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
