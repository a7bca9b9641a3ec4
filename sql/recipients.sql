-- list
-- Recipients of an owner who have not been removed, oldest first; $2 narrows to one.
SELECT owner_id, recipient_id, role, name, language, email, webhook_url, letters, contact, asset_classes, duties,
    engineer, quiet_from, quiet_to, working_days, digest, unsubscribed_at, bounced_at, created_at, changed_at, revision
FROM recipients
WHERE owner_id = $1 AND removed_at IS NULL AND ($2::uuid IS NULL OR recipient_id = $2)
ORDER BY recipient_id;

-- insert
-- Add a recipient.
INSERT INTO recipients (owner_id, recipient_id, role, name, language, email, webhook_url, webhook_secret, letters,
    contact, asset_classes, duties, engineer, quiet_from, quiet_to, working_days, digest, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)
ON CONFLICT (owner_id, recipient_id) DO NOTHING;

-- replace
-- Change a recipient of a known revision; the webhook's secret stays while there is a webhook.
UPDATE recipients SET role = $3, name = $4, language = $5,
    bounced_at = CASE WHEN email IS DISTINCT FROM $6 THEN NULL ELSE bounced_at END, email = $6, webhook_url = $7,
    webhook_secret = CASE WHEN $7::text IS NULL THEN NULL ELSE coalesce(webhook_secret, $8) END, letters = $9,
    contact = $10, asset_classes = $11, duties = $12, engineer = $13, quiet_from = $14, quiet_to = $15,
    working_days = $16, digest = $17, changed_at = $18, revision = revision + 1
WHERE owner_id = $1 AND recipient_id = $2 AND removed_at IS NULL AND revision = $19
RETURNING recipient_id;

-- remove
-- End a recipient; what has not been sent yet is cancelled.
WITH ended AS (
    UPDATE recipients SET removed_at = $3, email = NULL, webhook_url = NULL, webhook_secret = NULL, contact = NULL
    WHERE owner_id = $1 AND recipient_id = $2 AND removed_at IS NULL
    RETURNING recipient_id
), cancelled AS (
    UPDATE messages SET state = 'cancelled'
    WHERE owner_id = $1 AND recipient_id IN (SELECT recipient_id FROM ended) AND state IN ('waiting', 'dead', 'bounced')
)
SELECT recipient_id FROM ended;

-- unsubscribe
-- Note that a recipient wants no optional reminders any more.
UPDATE recipients SET unsubscribed_at = coalesce(unsubscribed_at, $3)
WHERE owner_id = $1 AND recipient_id = $2 AND removed_at IS NULL
RETURNING recipient_id;

-- list_ladders
-- Ladders of an owner.
SELECT owner_id, ladder_id, role, duty, before, overdue_first, overdue_every, overdue_last, optional, source, created_at
FROM ladders WHERE owner_id = $1 ORDER BY role, duty;

-- put_ladder
-- Put a ladder in the place of the one that the owner had for the same role and duty.
INSERT INTO ladders (owner_id, ladder_id, role, duty, before, overdue_first, overdue_every, overdue_last, optional,
    source, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT ON CONSTRAINT ladders_once DO UPDATE SET before = excluded.before, overdue_first = excluded.overdue_first,
    overdue_every = excluded.overdue_every, overdue_last = excluded.overdue_last, optional = excluded.optional,
    source = excluded.source, created_at = excluded.created_at
RETURNING owner_id, ladder_id, role, duty, before, overdue_first, overdue_every, overdue_last, optional, source,
    created_at;

-- remove_ladder
-- Remove a ladder of the owner; the shipped one holds again.
DELETE FROM ladders WHERE owner_id = $1 AND ladder_id = $2 RETURNING ladder_id;

-- list_texts
-- Sentences that an owner has changed.
SELECT language, name, text, changed_at FROM reminder_texts WHERE owner_id = $1 ORDER BY language, name;

-- put_text
-- Put a sentence in the place of the catalogue's.
INSERT INTO reminder_texts (owner_id, language, name, text, changed_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (owner_id, language, name) DO UPDATE SET text = excluded.text, changed_at = excluded.changed_at
RETURNING language, name, text, changed_at;

-- remove_text
-- Let the catalogue's sentence hold again.
DELETE FROM reminder_texts WHERE owner_id = $1 AND language = $2 AND name = $3 RETURNING name;
