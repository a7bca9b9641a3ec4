-- stage_risks
-- A temporary table for the risks of a run; unknown numbers are NaN.
CREATE TEMP TABLE staged_risks (
    owner_id uuid, asset_id uuid, bad_1y real, bad_5y real, bad_10y real, bad_1y_low real, bad_1y_high real,
    bad_5y_low real, bad_5y_high real, bad_10y_low real, bad_10y_high real,
    life_median_years real, life_low_years real, life_high_years real, consequence_yen double precision,
    loss_yen_per_year double precision, likelihood_band smallint, consequence_band smallint, reasons jsonb
) ON COMMIT DROP;

-- stage_due_items
-- A temporary table for the due dates of a run; unknown days are -infinity.
CREATE TEMP TABLE staged_due_items (
    owner_id uuid, asset_id uuid, kind integer, window_open date, due_soft date, due date, anchor_on date
) ON COMMIT DROP;

-- stage_due_kinds
-- A temporary table for what many due dates have in common.
CREATE TEMP TABLE staged_due_kinds (
    kind integer, duty text, state text, rule text, basis text, planned_month date, engineer text
) ON COMMIT DROP;

-- clear_risks
-- Remove the risks of a class that an earlier run left.
DELETE FROM risks WHERE owner_id = ANY ($1::uuid[]) AND asset_class = $2;

-- insert_risks
-- Keep the staged risks as those of a run, with copies of what lists are narrowed by.
INSERT INTO risks (owner_id, asset_id, asset_class, bad_1y, bad_5y, bad_10y, bad_1y_low, bad_1y_high, bad_5y_low,
    bad_5y_high, bad_10y_low, bad_10y_high, life_median_years, life_low_years, life_high_years, consequence_yen,
    loss_yen_per_year, likelihood_band, consequence_band, reasons, run_id, status, municipality_code, place, bounds)
SELECT s.owner_id, s.asset_id, $1, nullif(bad_1y, 'NaN'), nullif(bad_5y, 'NaN'), nullif(bad_10y, 'NaN'),
    nullif(bad_1y_low, 'NaN'), nullif(bad_1y_high, 'NaN'), nullif(bad_5y_low, 'NaN'), nullif(bad_5y_high, 'NaN'),
    nullif(bad_10y_low, 'NaN'), nullif(bad_10y_high, 'NaN'), nullif(life_median_years, 'NaN'),
    nullif(life_low_years, 'NaN'), nullif(life_high_years, 'NaN'), consequence_yen, loss_yen_per_year, likelihood_band,
    consequence_band, reasons, $2, a.status, a.municipality_code, a.place, a.bounds
FROM staged_risks AS s
LEFT JOIN LATERAL ( -- OFFSET 0: looked up one by one, in place of reading all assets for each batch
    SELECT k.status, k.municipality_code, k.place, k.bounds FROM assets AS k
    WHERE k.owner_id = s.owner_id AND k.asset_id = s.asset_id OFFSET 0
) AS a ON true;

-- clear_due_items
-- Remove the due dates of a class that an earlier run left.
DELETE FROM due_items WHERE owner_id = ANY ($1::uuid[]) AND asset_class = $2;

-- add_due_kinds
-- Stage what many due dates have in common; kinds are counted from 0.
INSERT INTO staged_due_kinds (kind, duty, state, rule, basis, planned_month, engineer)
SELECT k.place - 1, k.duty, k.state, k.rule, k.basis, k.planned_month, k.engineer
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[]) WITH ORDINALITY
    AS k (duty, state, rule, basis, planned_month, engineer, place);

-- insert_due_items
-- Keep the staged due dates as those of a run.
INSERT INTO due_items (owner_id, asset_id, asset_class, duty, state, window_open, due_soft, due, anchor_on, rule, basis,
    planned_month, engineer, run_id)
SELECT s.owner_id, s.asset_id, $1, k.duty, k.state, nullif(s.window_open, '-infinity'), nullif(s.due_soft, '-infinity'),
    nullif(s.due, '-infinity'), nullif(s.anchor_on, '-infinity'), k.rule, k.basis, k.planned_month, k.engineer, $2
FROM staged_due_items AS s
JOIN staged_due_kinds AS k ON k.kind = s.kind;

-- forget_staged_risks
-- Empty the temporary table of risks for the next batch.
TRUNCATE staged_risks;

-- forget_staged_due_items
-- Empty the temporary table of due dates for the next batch.
TRUNCATE staged_due_items;

-- forget_due_kinds
-- Empty the temporary table of what due dates have in common for the next class.
TRUNCATE staged_due_kinds;
