-- insert
-- Put a message into the outbox unless the same is there already.
INSERT INTO messages (owner_id, message_id, key, recipient_id, channel, language, subject, body, unsubscribe_url,
    items, ready_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11, now()), $12)
ON CONFLICT (owner_id, key) DO NOTHING;

-- owners
-- Owners of the messages of a channel that have waited longest.
SELECT owner_id FROM outbox_owners($1, $2);

-- claim
-- Take messages of a channel for so many seconds; other workers pass them by. The clock is the database's.
WITH taken AS MATERIALIZED (
    SELECT c.owner_id, c.message_id FROM messages AS c
    WHERE c.owner_id = ANY ($1::uuid[]) AND c.state = 'waiting' AND c.channel = $2 AND c.ready_at <= now()
    ORDER BY c.ready_at LIMIT $5 FOR UPDATE SKIP LOCKED
)
UPDATE messages AS m SET claim = $3, attempts = m.attempts + 1, last_tried_at = now(),
    ready_at = now() + make_interval(secs => $4)
FROM taken, recipients AS r
WHERE m.owner_id = taken.owner_id AND m.message_id = taken.message_id
    AND r.owner_id = m.owner_id AND r.recipient_id = m.recipient_id
RETURNING m.owner_id, m.message_id, m.recipient_id, m.subject, m.body, m.unsubscribe_url, m.language, m.attempts, m.created_at,
    r.name, r.email, r.webhook_url, r.webhook_secret;

-- settle
-- Note what came of attempts; only the holder of the claim may, but what was sent was sent, whoever holds it now.
UPDATE messages AS m SET state = s.state, last_error = s.error, claim = NULL,
    sent_at = CASE WHEN s.state = 'sent' THEN now() END,
    attempts = CASE WHEN s.counted THEN m.attempts ELSE greatest(m.attempts - 1, 0) END,
    ready_at = now() + make_interval(secs => s.pause)
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::float8[],
    $7::boolean[]) AS s (owner_id, message_id, claim, state, error, pause, counted)
WHERE m.owner_id = s.owner_id AND m.message_id = s.message_id AND m.state = 'waiting'
    AND (m.claim = s.claim OR s.state = 'sent');

-- settle_sent
-- Note messages as sent whoever holds them now: the peer has taken them, so nobody need try again.
UPDATE messages SET state = 'sent', last_error = NULL, claim = NULL, sent_at = now()
WHERE owner_id = $1 AND message_id = ANY ($2::uuid[]) AND state IN ('waiting', 'dead');

-- list
-- Messages of an owner, newest first.
SELECT owner_id, message_id, recipient_id, channel, language, subject, state, ready_at, attempts, resent, last_error,
    last_tried_at, sent_at, acknowledged_at, created_at, jsonb_array_length(items) AS reminders
FROM messages
WHERE owner_id = $1 AND ($2::uuid IS NULL OR message_id < $2) AND ($3::text[] IS NULL OR state = ANY ($3))
    AND ($4::text[] IS NULL OR channel = ANY ($4)) AND ($5::uuid IS NULL OR recipient_id = $5)
ORDER BY message_id DESC LIMIT $6;

-- one
-- One message with its text.
SELECT owner_id, message_id, recipient_id, channel, language, subject, state, ready_at, attempts, resent, last_error,
    last_tried_at, sent_at, acknowledged_at, created_at, jsonb_array_length(items) AS reminders, body, items
FROM messages WHERE owner_id = $1 AND message_id = $2;

-- resend
-- Let a message that died, bounced or was sent go out once more under its old identity.
UPDATE messages SET state = 'waiting', attempts = 0, resent = resent + 1, ready_at = now(), claim = NULL
WHERE owner_id = $1 AND message_id = $2 AND channel <> 'letter' AND state IN ('dead', 'bounced', 'sent')
RETURNING message_id;

-- post
-- Note that a person has posted letters.
UPDATE messages SET state = 'sent', sent_at = coalesce(sent_at, $3)
WHERE owner_id = $1 AND message_id = $2 AND channel = 'letter' AND state IN ('waiting', 'sent')
RETURNING message_id;

-- bounce
-- Note that a mail came back: on the message, and on its recipient.
WITH back AS (
    UPDATE messages SET state = 'bounced', last_error = $3
    WHERE owner_id = $1 AND message_id = $2 AND channel = 'email' AND state IN ('sent', 'waiting', 'bounced')
    RETURNING recipient_id, message_id
), noted AS (
    UPDATE recipients AS r SET bounced_at = $4 FROM back WHERE r.owner_id = $1 AND r.recipient_id = back.recipient_id
)
SELECT message_id FROM back;

-- letters
-- Whom the letters of a message go to: the contacts of its systems.
SELECT i.at::integer AS at, i.asset_id, i.duty, i.due, i.step::integer AS step, a.number, c.name, c.address
FROM messages AS m,
    ROWS FROM (jsonb_to_recordset(m.items) AS (asset_id uuid, duty text, due date, step smallint))
        WITH ORDINALITY AS i (asset_id, duty, due, step, at)
JOIN assets AS a ON a.owner_id = $1 AND a.asset_id = i.asset_id
LEFT JOIN septic_contacts AS c ON c.owner_id = $1 AND c.asset_id = i.asset_id
WHERE m.owner_id = $1 AND m.message_id = $2 AND m.channel = 'letter'
ORDER BY i.at;
