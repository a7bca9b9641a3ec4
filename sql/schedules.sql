-- insert_schedule
-- Store a day plan that the checker passed.
INSERT INTO schedules (region_id, schedule_id, first_on, last_on, roster, plan, placed, left_out, must_left, key_id,
    created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
ON CONFLICT DO NOTHING
RETURNING region_id, schedule_id, revision, first_on, last_on, placed, left_out, must_left, created_at, changed_at;

-- schedules
-- Day plans of the principal's regions without their content, newest first.
SELECT region_id, schedule_id, revision, first_on, last_on, placed, left_out, must_left, created_at, changed_at
FROM schedules
WHERE ($1::uuid IS NULL OR region_id = $1) AND ($2::uuid IS NULL OR schedule_id < $2)
ORDER BY schedule_id DESC
LIMIT $3;

-- schedule
-- One day plan with all that it was made from.
SELECT region_id, schedule_id, revision, first_on, last_on, placed, left_out, must_left, created_at, changed_at, roster,
    plan
FROM schedules WHERE schedule_id = $1;

-- lock_schedule
-- One day plan to be changed; others who would change it wait.
SELECT region_id, schedule_id, revision, first_on, last_on, placed, left_out, must_left, created_at, changed_at, roster,
    plan
FROM schedules WHERE schedule_id = $1 FOR UPDATE;

-- update_schedule
-- Store a change that the checker passed.
UPDATE schedules SET revision = $3, roster = $4, plan = $5, placed = $6, left_out = $7, must_left = $8, changed_at = $9
WHERE region_id = $1 AND schedule_id = $2;

-- insert_change
-- Note who changed what.
INSERT INTO schedule_changes (region_id, schedule_id, revision, change, key_id, changed_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- changes
-- What people changed in a day plan, in order.
SELECT revision, change, key_id, changed_at FROM schedule_changes WHERE schedule_id = $1 ORDER BY revision;

-- latest_schedule
-- The newest day plan of a region.
SELECT region_id, schedule_id, revision, first_on, last_on, placed, left_out, must_left, created_at, changed_at, roster,
    plan
FROM schedules WHERE region_id = $1 ORDER BY schedule_id DESC LIMIT 1;

-- due_work
-- What falls due until a day for some owners and duties, with place and expected loss; in a fixed order.
SELECT
    o.code AS owner, d.asset_id::text AS asset_id, d.asset_class, a.number, a.name, d.duty, d.window_open, d.due, d.basis,
    (center(a.bounds))[0] AS lon, (center(a.bounds))[1] AS lat, a.attributes ->> 'crosses' AS crosses,
    r.loss_yen_per_year AS loss
FROM due_items AS d
JOIN assets AS a ON a.owner_id = d.owner_id AND a.asset_id = d.asset_id
JOIN owners AS o ON o.owner_id = d.owner_id
LEFT JOIN risks AS r ON r.owner_id = d.owner_id AND r.asset_id = d.asset_id
WHERE d.owner_id = ANY ($1::uuid[]) AND d.duty = ANY ($2::text[]) AND d.due <= $3
    AND d.state IN ('due', 'in_window', 'overdue')
ORDER BY o.code, d.asset_class, a.number, d.duty;

-- stored_by_own_key
-- Tell whether a key that the principal's owner has, revoked ones included, stored a plan.
SELECT EXISTS (
    SELECT 1 FROM schedules AS s JOIN api_keys AS k ON k.key_id = s.key_id WHERE s.schedule_id = $1
) AS own;

-- due_table
-- What falls due until a day for some owners, overdue and undated items included; in a fixed order.
SELECT
    o.code AS owner, o.name AS owner_name, d.asset_class, a.number, a.name, d.duty, d.state, d.window_open, d.due_soft,
    d.due, d.rule, d.reason_ja, d.reason_en, (center(a.bounds))[0] AS lon, (center(a.bounds))[1] AS lat
FROM due_items AS d
JOIN assets AS a ON a.owner_id = d.owner_id AND a.asset_id = d.asset_id
JOIN owners AS o ON o.owner_id = d.owner_id
WHERE d.owner_id = ANY ($1::uuid[]) AND (d.due IS NULL OR d.due <= $2)
    AND d.state IN ('due', 'in_window', 'overdue', 'unknown_anchor')
ORDER BY o.code, d.asset_class, a.number, d.duty;
