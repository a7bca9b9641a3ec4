-- stage_risks
-- A temporary table for the risks of a run.
CREATE TEMP TABLE staged_risks (
    owner_id uuid, asset_id uuid, bad_1y real, bad_5y real, bad_10y real, bad_1y_low real, bad_1y_high real,
    bad_5y_low real, bad_5y_high real, bad_10y_low real, bad_10y_high real,
    life_median_years real, life_low_years real, life_high_years real, consequence_yen double precision,
    loss_yen_per_year double precision, likelihood_band smallint, consequence_band smallint, reasons jsonb
) ON COMMIT DROP;

-- stage_due_items
-- A temporary table for the due dates of a run.
CREATE TEMP TABLE staged_due_items (
    owner_id uuid, asset_id uuid, duty text, state text, window_open date, due_soft date, due date, anchor_on date,
    rule text, basis text, reason_ja text, reason_en text, planned_month date, engineer text
) ON COMMIT DROP;

-- clear_risks
-- Remove the risks of a class that an earlier run left.
DELETE FROM risks WHERE owner_id = ANY ($1::uuid[]) AND asset_class = $2;

-- insert_risks
-- Keep the staged risks as those of a run.
INSERT INTO risks (owner_id, asset_id, asset_class, bad_1y, bad_5y, bad_10y, bad_1y_low, bad_1y_high, bad_5y_low,
    bad_5y_high, bad_10y_low, bad_10y_high, life_median_years, life_low_years, life_high_years, consequence_yen, loss_yen_per_year, likelihood_band, consequence_band, reasons,
    run_id)
SELECT owner_id, asset_id, $1, bad_1y, bad_5y, bad_10y, bad_1y_low, bad_1y_high, bad_5y_low, bad_5y_high, bad_10y_low,
    bad_10y_high, life_median_years, life_low_years, life_high_years, consequence_yen, loss_yen_per_year, likelihood_band, consequence_band, coalesce(reasons, '[]'), $2
FROM staged_risks;

-- clear_due_items
-- Remove the due dates of a class that an earlier run left.
DELETE FROM due_items WHERE owner_id = ANY ($1::uuid[]) AND asset_class = $2;

-- insert_due_items
-- Keep the staged due dates as those of a run.
INSERT INTO due_items (owner_id, asset_id, asset_class, duty, state, window_open, due_soft, due, anchor_on, rule, basis,
    reason_ja, reason_en, planned_month, engineer, run_id)
SELECT owner_id, asset_id, $1, duty, state, window_open, due_soft, due, anchor_on, rule, basis, reason_ja, reason_en,
    planned_month, engineer, $2
FROM staged_due_items;

-- forget_staged
-- Empty the temporary tables for the next class.
TRUNCATE staged_risks, staged_due_items;
