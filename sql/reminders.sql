-- owners
-- Owners that have somebody to remind or a feed to fill.
SELECT owner_id FROM reminding_owners();

-- lock
-- Take the right to make this owner's reminders, if nobody has it, until the transaction ends.
-- The server gives up a statement after a while: one who hangs must not keep the others out for good.
SELECT pg_try_advisory_xact_lock(hashtextextended($1::uuid::text, 3)) AS mine,
    set_config('statement_timeout', '300s', true);

-- state
-- What decides how far back to look: the owner, the last mark, the newest computation, the last change of who is told.
SELECT o.code, o.name, o.origin, m.day, m.run_id AS marked_run, m.made_at,
    (SELECT d.run_id FROM due_items AS d WHERE d.owner_id = $1 ORDER BY d.due DESC, d.asset_id DESC LIMIT 1) AS run_id,
    greatest(
        (SELECT max(r.changed_at) FROM recipients AS r WHERE r.owner_id = $1),
        (SELECT max(l.created_at) FROM ladders AS l WHERE l.owner_id = $1)
    ) AS changed_at,
    (SELECT count(*) FROM due_items AS u WHERE u.owner_id = $1 AND u.due IS NULL AND u.state = 'unknown_anchor')
        AS unknown
FROM owners AS o
LEFT JOIN reminder_marks AS m ON m.owner_id = o.owner_id
WHERE o.owner_id = $1;

-- mark
-- Note up to which day the reminders of an owner were made; $2 null: that day stays as it is.
INSERT INTO reminder_marks (owner_id, day, run_id, made_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (owner_id) DO UPDATE
SET day = coalesce($2, reminder_marks.day), run_id = excluded.run_id, made_at = excluded.made_at;

-- pick
-- Due items of an owner on certain due dates, by what they share: a hundred thousand rows cross in a few hundred.
SELECT asset_class, duty, due, engineer, array_agg(asset_id) AS assets FROM due_items
WHERE owner_id = $1 AND due = ANY ($2::date[]) AND state IN ('due', 'in_window', 'overdue')
GROUP BY due, duty, asset_class, engineer;

-- pick_all
-- Due items of an owner up to a due date, by what they share.
SELECT asset_class, duty, due, engineer, array_agg(asset_id) AS assets FROM due_items
WHERE owner_id = $1 AND due <= $2 AND state IN ('due', 'in_window', 'overdue')
GROUP BY due, duty, asset_class, engineer;

-- told
-- The latest step told of items on certain due dates.
SELECT recipient_id, asset_id, duty, due, max(step)::integer AS step FROM reminders
WHERE owner_id = $1 AND due = ANY ($2::date[])
GROUP BY recipient_id, asset_id, duty, due;

-- told_all
-- The latest step told of items up to a due date.
SELECT recipient_id, asset_id, duty, due, max(step)::integer AS step FROM reminders
WHERE owner_id = $1 AND due <= $2
GROUP BY recipient_id, asset_id, duty, due;

-- resting
-- Items that were reported done since a moment and wait for their record.
SELECT asset_id, duty, due FROM done_reports WHERE owner_id = $1 AND reported_at > $2;

-- facts
-- What a message says of its items: the assets, and the basis of the duty.
SELECT w.at::integer AS at, a.asset_class, a.number, a.name, d.basis, d.rule
FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS w (asset_id, duty, at)
JOIN assets AS a ON a.owner_id = $1 AND a.asset_id = w.asset_id
LEFT JOIN due_items AS d ON d.owner_id = $1 AND d.asset_id = w.asset_id AND d.duty = w.duty
ORDER BY w.at;

-- stage
-- A temporary table for the reminders of a night.
CREATE TEMP TABLE IF NOT EXISTS staged_reminders (
    recipient_id uuid, asset_id uuid, duty text, due date, step smallint
) ON COMMIT DROP;

-- insert_staged
-- Keep the staged reminders; one that was told before makes the whole night give way.
INSERT INTO reminders (owner_id, due, duty, asset_id, recipient_id, step, told_at)
SELECT $1, due, duty, asset_id, recipient_id, step, $2 FROM staged_reminders;

-- list
-- What was told, newest due date first.
SELECT r.owner_id, r.recipient_id, r.asset_id, r.duty, r.due, r.step::integer AS step, r.told_at, r.acknowledged_at,
    (SELECT max(f.reported_at) FROM done_reports AS f
     WHERE f.owner_id = r.owner_id AND f.asset_id = r.asset_id AND f.duty = r.duty AND f.due = r.due) AS reported_done_at
FROM reminders AS r
WHERE r.owner_id = $1 AND ($2::uuid IS NULL OR r.asset_id = $2) AND ($3::uuid IS NULL OR r.recipient_id = $3)
    AND ($4::date IS NULL OR (r.due, r.duty, r.asset_id, r.recipient_id, r.step) < ($4, $5, $6, $7, $8))
ORDER BY r.due DESC, r.duty DESC, r.asset_id DESC, r.recipient_id DESC, r.step DESC LIMIT $9;

-- acknowledge
-- Note that somebody has seen the reminders of a message; the first time counts.
WITH seen AS (
    UPDATE messages SET acknowledged_at = coalesce(acknowledged_at, $3) WHERE owner_id = $1 AND message_id = $2
    RETURNING recipient_id, items, acknowledged_at
), noted AS (
    UPDATE reminders AS r SET acknowledged_at = coalesce(r.acknowledged_at, $3)
    FROM seen AS s, jsonb_to_recordset(s.items) AS i (asset_id uuid, duty text, due date, step smallint)
    WHERE r.owner_id = $1 AND r.recipient_id = s.recipient_id AND r.due = i.due AND r.duty = i.duty
        AND r.asset_id = i.asset_id AND r.step = i.step
)
SELECT acknowledged_at FROM seen;

-- report_done
-- Note that somebody reports an item as done; the first report counts.
INSERT INTO done_reports (owner_id, asset_id, duty, due, recipient_id, reported_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (owner_id, asset_id, duty, due) DO NOTHING;

-- secret
-- The secret that signs the links of an owner, made the first time.
WITH made AS (
    INSERT INTO signing_keys (owner_id, secret, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (owner_id) DO NOTHING RETURNING secret
)
SELECT secret FROM made UNION ALL SELECT secret FROM signing_keys WHERE owner_id = $1 LIMIT 1;

-- known_secret
-- The secret that signs the links of an owner, for whoever opens one.
SELECT link_secret($1);
