-- Who is reminded, how, and when not. Ended by `removed_at`, never deleted: messages name their recipient.
CREATE TABLE recipients (
    owner_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('officer', 'engineer', 'superior', 'prefecture', 'septic_owner', 'copy')),
    name text NOT NULL,
    language text NOT NULL DEFAULT 'ja' CHECK (language IN ('ja', 'en')),
    email text,
    webhook_url text,
    webhook_secret text,
    letters boolean NOT NULL DEFAULT false,
    contact text,
    asset_classes text[] NOT NULL DEFAULT '{}',
    duties text[] NOT NULL DEFAULT '{}',
    engineer text,
    quiet_from time NOT NULL DEFAULT '20:00',
    quiet_to time NOT NULL DEFAULT '08:00',
    working_days boolean NOT NULL DEFAULT true,
    digest boolean NOT NULL DEFAULT true,
    unsubscribed_at timestamptz,
    bounced_at timestamptz,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    removed_at timestamptz,
    revision integer NOT NULL DEFAULT 1,
    CONSTRAINT recipients_pk PRIMARY KEY (owner_id, recipient_id),
    CONSTRAINT recipients_webhook_signed CHECK ((webhook_url IS NULL) = (webhook_secret IS NULL)),
    FOREIGN KEY (owner_id) REFERENCES owners
);

-- Ladders of an owner; they come before those that ship with the program.
CREATE TABLE ladders (
    owner_id uuid NOT NULL,
    ladder_id uuid NOT NULL,
    role text NOT NULL,
    duty text NOT NULL,
    before integer[] NOT NULL,
    overdue_first integer,
    overdue_every integer NOT NULL,
    overdue_last integer NOT NULL,
    optional boolean NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT ladders_pk PRIMARY KEY (owner_id, ladder_id),
    CONSTRAINT ladders_once UNIQUE (owner_id, role, duty),
    FOREIGN KEY (owner_id) REFERENCES owners
);

-- Sentences that an owner has put in the place of those of the catalogue.
CREATE TABLE reminder_texts (
    owner_id uuid NOT NULL,
    language text NOT NULL CHECK (language IN ('ja', 'en')),
    name text NOT NULL,
    text text NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT reminder_texts_pk PRIMARY KEY (owner_id, language, name),
    FOREIGN KEY (owner_id) REFERENCES owners
);

-- The outbox. `key` follows from the content, so that making a message again makes nothing. `ready_at` is when it may
-- be taken: the end of quiet hours, of a pause after a failure, or of the lease of the worker that took it (`claim`).
CREATE TABLE messages (
    owner_id uuid NOT NULL,
    message_id uuid NOT NULL,
    key text NOT NULL,
    recipient_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'webhook', 'letter')),
    language text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    unsubscribe_url text,
    items jsonb NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dead', 'bounced', 'cancelled')),
    ready_at timestamptz NOT NULL,
    claim uuid,
    attempts integer NOT NULL DEFAULT 0,
    resent integer NOT NULL DEFAULT 0,
    last_error text,
    last_tried_at timestamptz,
    sent_at timestamptz,
    acknowledged_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT messages_pk PRIMARY KEY (owner_id, message_id),
    CONSTRAINT messages_once UNIQUE (owner_id, key),
    CONSTRAINT messages_recipient FOREIGN KEY (owner_id, recipient_id) REFERENCES recipients
);
CREATE INDEX messages_ready ON messages (channel, ready_at, owner_id) WHERE state = 'waiting';
CREATE INDEX messages_recent ON messages (owner_id, message_id DESC, state);

-- What was told: one step of one due date to one recipient, once.
CREATE TABLE reminders (
    owner_id uuid NOT NULL,
    due date NOT NULL,
    duty text NOT NULL,
    asset_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    step smallint NOT NULL,
    told_at timestamptz NOT NULL,
    acknowledged_at timestamptz,
    CONSTRAINT reminders_pk PRIMARY KEY (owner_id, due, duty, asset_id, recipient_id, step),
    CONSTRAINT reminders_recipient FOREIGN KEY (owner_id, recipient_id) REFERENCES recipients
);
CREATE INDEX reminders_by_asset ON reminders (owner_id, asset_id, duty);

-- Up to which day an owner's reminders were made, and from which computation of due dates.
CREATE TABLE reminder_marks (
    owner_id uuid NOT NULL,
    day date,
    run_id uuid,
    made_at timestamptz NOT NULL,
    CONSTRAINT reminder_marks_pk PRIMARY KEY (owner_id),
    FOREIGN KEY (owner_id) REFERENCES owners
);

-- What somebody has reported as done through a link; it rests for its record, which alone fulfils the duty.
CREATE TABLE done_reports (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    duty text NOT NULL,
    due date NOT NULL,
    recipient_id uuid NOT NULL,
    reported_at timestamptz NOT NULL,
    CONSTRAINT done_reports_pk PRIMARY KEY (owner_id, asset_id, duty, due),
    CONSTRAINT done_reports_recipient FOREIGN KEY (owner_id, recipient_id) REFERENCES recipients
);
CREATE INDEX done_reports_recent ON done_reports (owner_id, reported_at);

-- Signs the links in an owner's messages; a new secret ends all links at once.
CREATE TABLE signing_keys (
    owner_id uuid NOT NULL,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT signing_keys_pk PRIMARY KEY (owner_id),
    CONSTRAINT signing_keys_length CHECK (octet_length(secret) = 32),
    FOREIGN KEY (owner_id) REFERENCES owners
);

-- Calendar feeds; only the hash of the token in their address is kept.
CREATE TABLE feeds (
    owner_id uuid NOT NULL,
    feed_id uuid NOT NULL,
    secret_sha256 bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('engineer', 'team', 'owner')),
    name text NOT NULL,
    engineers text[] NOT NULL DEFAULT '{}',
    asset_classes text[] NOT NULL DEFAULT '{}',
    language text NOT NULL DEFAULT 'ja' CHECK (language IN ('ja', 'en')),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT feeds_pk PRIMARY KEY (owner_id, feed_id),
    CONSTRAINT feeds_secret_length CHECK (octet_length(secret_sha256) = 32),
    FOREIGN KEY (owner_id) REFERENCES owners
);

-- What the feeds have published, with the number of changes; cancelled entries stay to be told.
CREATE TABLE feed_entries (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    duty text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('due', 'visit')),
    asset_class text NOT NULL,
    day date NOT NULL,
    starts time,
    minutes integer,
    engineer text NOT NULL DEFAULT '',
    sequence integer NOT NULL,
    changed_at timestamptz NOT NULL,
    cancelled boolean NOT NULL,
    CONSTRAINT feed_entries_pk PRIMARY KEY (owner_id, asset_id, duty, kind, engineer),
    FOREIGN KEY (owner_id) REFERENCES owners
);
CREATE INDEX feed_entries_by_day ON feed_entries (owner_id, day);

DO $$
DECLARE
    own CONSTANT text := 'owner_id = ANY (string_to_array(current_setting(''gm.own'', true), '','')::uuid[])';
    written CONSTANT text := 'owner_id = ANY (string_to_array(current_setting(''gm.write'', true), '','')::uuid[])';
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['recipients', 'ladders', 'reminder_texts', 'messages', 'reminders', 'reminder_marks',
        'done_reports', 'signing_keys', 'feeds', 'feed_entries'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO gunmane_app USING (%s)', t || '_read', t, own);
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO gunmane_app WITH CHECK (%s)', t || '_insert', t, written);
        EXECUTE format('CREATE POLICY %I ON %I FOR UPDATE TO gunmane_app USING (%s) WITH CHECK (%s)',
            t || '_update', t, written, written);
        EXECUTE format('CREATE POLICY %I ON %I FOR DELETE TO gunmane_app USING (%s)', t || '_delete', t, written);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['recipients', 'messages', 'signing_keys', 'feeds'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO gunmane_auth USING (true)', t || '_auth', t);
        EXECUTE format('GRANT SELECT ON %I TO gunmane_auth', t);
    END LOOP;
END
$$;
GRANT SELECT, INSERT, UPDATE ON recipients, messages, reminders, feeds TO gunmane_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ladders, reminder_texts, reminder_marks, done_reports, signing_keys, feed_entries
TO gunmane_app;

-- Owners that have somebody to remind or a feed to fill, for the nightly work; nothing else about them.
CREATE FUNCTION reminding_owners() RETURNS TABLE (owner_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
    SELECT r.owner_id FROM recipients AS r WHERE r.removed_at IS NULL
    UNION
    SELECT f.owner_id FROM feeds AS f WHERE f.revoked_at IS NULL
    ORDER BY 1
$$;

-- Owners of the messages of a channel that have waited longest, for the workers.
CREATE FUNCTION outbox_owners(wanted_channel text, most integer) RETURNS TABLE (owner_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
    SELECT DISTINCT w.owner_id
    FROM (
        SELECT m.owner_id FROM messages AS m
        WHERE m.state = 'waiting' AND m.channel = wanted_channel AND m.ready_at <= now()
        ORDER BY m.ready_at LIMIT most
    ) AS w
$$;

-- The secret that signs an owner's links; no row: the owner has sent none.
CREATE FUNCTION link_secret(wanted_owner uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$ SELECT k.secret FROM signing_keys AS k WHERE k.owner_id = wanted_owner $$;

-- Checks the token of a feed and lets this transaction read what its owner may read; nothing can be written.
-- No row: the token is unknown, wrong or revoked.
CREATE FUNCTION open_feed(wanted_feed uuid, wanted_sha256 bytea)
RETURNS TABLE (owner_id uuid, feed_id uuid, kind text, name text, engineers text[], asset_classes text[],
    language text, created_at timestamptz, revoked_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
#variable_conflict use_column
DECLARE
    f feeds%ROWTYPE;
BEGIN
    SELECT * INTO f FROM feeds AS one
    WHERE one.feed_id = wanted_feed AND one.secret_sha256 = wanted_sha256 AND one.revoked_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM set_config('gm.own', f.owner_id::text, true), set_config('gm.write', '', true);
    RETURN QUERY SELECT f.owner_id, f.feed_id, f.kind, f.name, f.engineers, f.asset_classes, f.language, f.created_at,
        f.revoked_at;
END
$$;
CREATE INDEX feeds_key ON feeds (feed_id);

GRANT CREATE ON SCHEMA public TO gunmane_auth;
DO $$
DECLARE
    f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['reminding_owners()', 'outbox_owners(text, integer)', 'link_secret(uuid)',
        'open_feed(uuid, bytea)'] LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO gunmane_auth', f);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO gunmane_app', f);
    END LOOP;
END
$$;
REVOKE CREATE ON SCHEMA public FROM gunmane_auth;
