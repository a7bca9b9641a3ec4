-- list
-- Feeds of an owner, newest first; $2 narrows to one.
SELECT owner_id, feed_id, kind, name, engineers, asset_classes, language, created_at, revoked_at
FROM feeds WHERE owner_id = $1 AND ($2::uuid IS NULL OR feed_id = $2) ORDER BY feed_id DESC;

-- insert
-- Store a feed; only the hash of its secret is kept.
INSERT INTO feeds (owner_id, feed_id, secret_sha256, kind, name, engineers, asset_classes, language, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- revoke
-- End a feed at once.
UPDATE feeds SET revoked_at = coalesce(revoked_at, $3) WHERE owner_id = $1 AND feed_id = $2 RETURNING feed_id;

-- open
-- Check the token of a feed and let this transaction read for its owner.
SELECT owner_id, feed_id, kind, name, engineers, asset_classes, language, created_at, revoked_at
FROM open_feed($1, $2);

-- stored
-- Every entry that was published.
SELECT asset_id, asset_class, duty, kind, day, starts, minutes, engineer, label, elsewhere, sequence, changed_at,
    cancelled
FROM feed_entries WHERE owner_id = $1;

-- wanted
-- Last lawful days and planned months between two days.
SELECT asset_id, asset_class, duty, due, planned_month, engineer FROM due_items
WHERE owner_id = $1 AND due BETWEEN $2 AND $3 AND state IN ('due', 'in_window', 'overdue');

-- write
-- Write new, changed and cancelled entries.
INSERT INTO feed_entries (owner_id, asset_id, asset_class, duty, kind, day, starts, minutes, engineer, label,
    elsewhere, sequence, changed_at, cancelled)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (owner_id, asset_id, duty, kind, engineer) DO UPDATE SET asset_class = excluded.asset_class,
    day = excluded.day, starts = excluded.starts, minutes = excluded.minutes, label = excluded.label,
    elsewhere = excluded.elsewhere, sequence = excluded.sequence, changed_at = excluded.changed_at,
    cancelled = excluded.cancelled;

-- forget
-- Forget entries that were cancelled before a moment: every calendar has fetched that by now.
DELETE FROM feed_entries WHERE owner_id = $1 AND cancelled AND changed_at < $2;

-- entries
-- Entries of a feed with what is said of them, by day; engineers or classes that are not given narrow nothing.
SELECT e.asset_id, e.asset_class, e.duty, e.kind, e.day, e.starts, e.minutes, e.engineer, e.label, e.elsewhere,
    e.sequence, e.changed_at, e.cancelled, coalesce(a.number, '') AS number,
    coalesce(nullif(e.label, ''), a.name) AS name, d.basis
FROM feed_entries AS e
LEFT JOIN assets AS a ON a.owner_id = e.owner_id AND a.asset_id = e.asset_id
LEFT JOIN due_items AS d ON d.owner_id = e.owner_id AND d.asset_id = e.asset_id AND d.duty = e.duty
WHERE e.owner_id = $1 AND CASE WHEN $2::text[] IS NULL THEN NOT e.elsewhere ELSE e.engineer = ANY ($2) END
    AND ($3::text[] IS NULL OR e.asset_class = ANY ($3))
ORDER BY e.day, e.duty, e.asset_id, e.kind, e.engineer LIMIT $4;

-- regions
-- The regions that an owner belongs to on a day.
SELECT region_id FROM regions_of($1, $2);

-- owner_code
-- The code of an owner.
SELECT code FROM owners WHERE owner_id = $1;
