-- The first schema: owners, regions, consents, keys, assets with history, inspections, repairs, ledgers,
-- rejected rows, risks, duties, runs, models, plans, tallies; row-level security on every one of them.
--
-- Settings of a transaction (set_config(…, true)); unset or empty means: no row.
--   gm.own        owners whose rows the principal reads in full          uuid list
--   gm.write      owners whose rows the principal may write              uuid list
--   gm.full       owner:class pairs shared by consent at level full      text list
--   gm.condition  owner:class pairs shared at level condition            text list
--   gm.tally      owner:class pairs shared at level aggregate or above   text list
--   gm.known      owners of the principal's regions (names only)         uuid list
--   gm.regions    regions whose runs and plans the principal reads       uuid list
--   gm.plan       regions whose runs and plans the principal may write   uuid list

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['gunmane_app', 'gunmane_auth', 'gunmane_share'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- roles belong to the whole cluster: another database made it
        END;
        EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
    END LOOP;
END
$$;

CREATE TABLE owners (
    owner_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('municipality', 'prefecture', 'utility', 'union')),
    population integer CHECK (population >= 0),
    area_km2 double precision CHECK (area_km2 > 0),
    engineers jsonb NOT NULL DEFAULT '{}',
    origin text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT owners_pk PRIMARY KEY (owner_id),
    CONSTRAINT owners_code_unique UNIQUE (code)
);

CREATE TABLE regions (
    region_id uuid NOT NULL,
    name text NOT NULL,
    field text NOT NULL DEFAULT 'all',
    origin text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT regions_pk PRIMARY KEY (region_id)
);

CREATE TABLE region_members (
    region_id uuid NOT NULL REFERENCES regions,
    owner_id uuid NOT NULL REFERENCES owners,
    joined_on date NOT NULL,
    left_on date,
    CONSTRAINT region_members_pk PRIMARY KEY (region_id, owner_id, joined_on),
    CONSTRAINT region_members_dates CHECK (left_on >= joined_on)
);
CREATE INDEX region_members_owner ON region_members (owner_id);

-- What an owner lets the members of one of its regions see, per class and level; never deleted, only revoked.
CREATE TABLE consents (
    owner_id uuid NOT NULL REFERENCES owners,
    consent_id uuid NOT NULL,
    region_id uuid NOT NULL,
    asset_class text NOT NULL,
    level text NOT NULL CHECK (level IN ('aggregate', 'condition', 'full')),
    valid_from date NOT NULL,
    valid_to date,
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    CONSTRAINT consents_pk PRIMARY KEY (owner_id, consent_id),
    CONSTRAINT consents_dates CHECK (valid_to >= valid_from)
);
CREATE INDEX consents_region ON consents (region_id, owner_id) WHERE revoked_at IS NULL;

CREATE TABLE api_keys (
    owner_id uuid NOT NULL REFERENCES owners,
    key_id uuid NOT NULL,
    secret_sha256 bytea NOT NULL,
    role text NOT NULL CHECK (role IN ('viewer', 'engineer', 'planner', 'scheduler', 'administrator')),
    purpose text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT api_keys_pk PRIMARY KEY (owner_id, key_id),
    CONSTRAINT api_keys_secret_length CHECK (octet_length(secret_sha256) = 32)
);
CREATE INDEX api_keys_key ON api_keys (key_id);

-- Where rows came from: one row per import that changed or rejected something.
CREATE TABLE ledgers (
    owner_id uuid NOT NULL REFERENCES owners,
    ledger_id uuid NOT NULL,
    path text NOT NULL,
    asset_class text NOT NULL,
    content text NOT NULL DEFAULT 'assets' CHECK (content IN ('assets', 'inspections')),
    sha256 bytea NOT NULL,
    as_of date,
    encoding text,
    crs integer,
    mapping jsonb NOT NULL DEFAULT '{}',
    warnings jsonb NOT NULL DEFAULT '[]',
    rows_read bigint NOT NULL,
    rows_new bigint NOT NULL,
    rows_changed bigint NOT NULL,
    rows_unchanged bigint NOT NULL,
    rows_missing bigint NOT NULL,
    rows_rejected bigint NOT NULL,
    rows_flagged bigint NOT NULL,
    origin text NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ledgers_pk PRIMARY KEY (owner_id, ledger_id)
);
CREATE INDEX ledgers_recent ON ledgers (owner_id, imported_at DESC);

-- Rows of a ledger that could not be taken, kept whole to be mended.
CREATE TABLE rejected_rows (
    owner_id uuid NOT NULL,
    ledger_id uuid NOT NULL,
    row_number bigint NOT NULL,
    cells jsonb NOT NULL,
    faults jsonb NOT NULL,
    mended_at timestamptz,
    CONSTRAINT rejected_rows_pk PRIMARY KEY (owner_id, ledger_id, row_number),
    CONSTRAINT rejected_rows_ledger FOREIGN KEY (owner_id, ledger_id) REFERENCES ledgers
);

-- The current state of each asset. geometry: WKB, JGD2011 longitude/latitude (EPSG:6668); bounds: its box.
CREATE TABLE assets (
    owner_id uuid NOT NULL REFERENCES owners,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL CHECK (asset_class IN ('bridge', 'tunnel', 'road_structure', 'pavement',
        'sewer_pipe', 'manhole', 'water_pipe', 'septic', 'treatment_plant')),
    number text NOT NULL,
    name text,
    built_year smallint,
    built_on date,
    built_precision text NOT NULL DEFAULT 'unknown'
        CHECK (built_precision IN ('day', 'month', 'year', 'fiscal_year', 'about', 'unknown')),
    municipality_code text,
    route text,
    length_m double precision,
    width_m double precision,
    area_m2 double precision,
    diameter_mm integer,
    depth_m double precision,
    material text,
    material_text text,
    attributes jsonb,
    geometry bytea,
    bounds box,
    status text NOT NULL DEFAULT 'in_service'
        CHECK (status IN ('in_service', 'suspended', 'closed', 'abolished', 'missing')),
    origin text NOT NULL,
    flags text[] NOT NULL DEFAULT '{}',
    ledger_id uuid,
    ledger_row bigint,
    revision integer NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by uuid,
    CONSTRAINT assets_pk PRIMARY KEY (owner_id, asset_id),
    CONSTRAINT assets_number_unique UNIQUE (owner_id, asset_class, number),
    CONSTRAINT assets_built_year_known CHECK ((built_year IS NULL) = (built_precision = 'unknown'))
);
CREATE INDEX assets_bounds ON assets USING gist (bounds);

-- Former states of assets, valid from recorded_at until superseded_at; written in the statement that changes assets.
CREATE TABLE asset_history (
    owner_id uuid NOT NULL REFERENCES owners,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    number text NOT NULL,
    name text,
    built_year smallint,
    built_on date,
    built_precision text NOT NULL,
    municipality_code text,
    route text,
    length_m double precision,
    width_m double precision,
    area_m2 double precision,
    diameter_mm integer,
    depth_m double precision,
    material text,
    material_text text,
    attributes jsonb,
    geometry bytea,
    bounds box,
    status text NOT NULL,
    origin text NOT NULL,
    flags text[] NOT NULL,
    ledger_id uuid,
    ledger_row bigint,
    revision integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid,
    superseded_at timestamptz NOT NULL,
    CONSTRAINT asset_history_pk PRIMARY KEY (owner_id, asset_id, revision)
);

-- Outside identifiers beside the ledger's own number: xROAD facility number, xROAD coordinate id, …
CREATE TABLE asset_numbers (
    owner_id uuid NOT NULL,
    asset_class text NOT NULL,
    scheme text NOT NULL,
    number text NOT NULL,
    asset_id uuid NOT NULL,
    CONSTRAINT asset_numbers_pk PRIMARY KEY (owner_id, asset_class, scheme, number),
    CONSTRAINT asset_numbers_asset FOREIGN KEY (owner_id, asset_id) REFERENCES assets
);
CREATE INDEX asset_numbers_by_asset ON asset_numbers (owner_id, asset_id);

-- Personal data of septic systems' users: their own table, never shared, never exported by default.
CREATE TABLE septic_contacts (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    name text,
    address text,
    phone text,
    consent_given_on date,
    origin text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT septic_contacts_pk PRIMARY KEY (owner_id, asset_id),
    CONSTRAINT septic_contacts_asset FOREIGN KEY (owner_id, asset_id) REFERENCES assets
);

-- Append-only; a correction is a new row that names the one it supersedes.
CREATE TABLE inspections (
    owner_id uuid NOT NULL,
    inspection_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    inspected_on date NOT NULL,
    date_precision text NOT NULL DEFAULT 'day' CHECK (date_precision IN ('day', 'month', 'year', 'fiscal_year')),
    duty text,
    scale text,
    grade text,
    findings jsonb NOT NULL DEFAULT '{}',
    inspector text,
    notes text,
    supersedes uuid,
    flags text[] NOT NULL DEFAULT '{}',
    origin text NOT NULL,
    ledger_id uuid,
    ledger_row bigint,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by uuid,
    CONSTRAINT inspections_pk PRIMARY KEY (owner_id, inspection_id),
    CONSTRAINT inspections_asset FOREIGN KEY (owner_id, asset_id) REFERENCES assets,
    CONSTRAINT inspections_supersedes_once UNIQUE (owner_id, supersedes),
    CONSTRAINT inspections_supersedes FOREIGN KEY (owner_id, supersedes) REFERENCES inspections,
    CONSTRAINT inspections_grade_has_scale CHECK (grade IS NULL OR scale IS NOT NULL)
);
CREATE INDEX inspections_by_asset ON inspections (owner_id, asset_id, inspected_on DESC);
CREATE INDEX inspections_recent ON inspections (owner_id, recorded_at DESC);

CREATE TABLE repairs (
    owner_id uuid NOT NULL,
    repair_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    repaired_on date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('repair', 'rehabilitation', 'replacement', 'removal', 'cleaning')),
    cost_yen bigint CHECK (cost_yen >= 0),
    notes text,
    origin text NOT NULL,
    ledger_id uuid,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by uuid,
    CONSTRAINT repairs_pk PRIMARY KEY (owner_id, repair_id),
    CONSTRAINT repairs_asset FOREIGN KEY (owner_id, asset_id) REFERENCES assets
);
CREATE INDEX repairs_by_asset ON repairs (owner_id, asset_id, repaired_on DESC);

-- Photographs promised and received: an inspection lists the hashes, a receipt names what is missing.
CREATE TABLE photos (
    owner_id uuid NOT NULL,
    inspection_id uuid NOT NULL,
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    media_type text,
    content bytea,
    received_at timestamptz,
    CONSTRAINT photos_pk PRIMARY KEY (owner_id, inspection_id, sha256),
    CONSTRAINT photos_inspection FOREIGN KEY (owner_id, inspection_id) REFERENCES inspections
);

-- The latest judged inspection of each asset, written in the statement that logs it.
CREATE TABLE conditions (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    scale text NOT NULL,
    grade text NOT NULL,
    inspected_on date NOT NULL,
    inspection_id uuid NOT NULL,
    CONSTRAINT conditions_pk PRIMARY KEY (owner_id, asset_id),
    CONSTRAINT conditions_asset FOREIGN KEY (owner_id, asset_id) REFERENCES assets
);

-- Expected loss and its parts, one row per scored asset, of the latest run.
CREATE TABLE risks (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    bad_1y real,
    bad_5y real,
    bad_10y real,
    bad_5y_low real,
    bad_5y_high real,
    life_median_years real,
    life_low_years real,
    life_high_years real,
    consequence_yen double precision NOT NULL,
    loss_yen_per_year double precision NOT NULL,
    likelihood_band smallint NOT NULL CHECK (likelihood_band BETWEEN 1 AND 5),
    consequence_band smallint NOT NULL CHECK (consequence_band BETWEEN 1 AND 5),
    reasons jsonb NOT NULL DEFAULT '[]',
    run_id uuid NOT NULL,
    CONSTRAINT risks_pk PRIMARY KEY (owner_id, asset_id),
    CONSTRAINT risks_asset FOREIGN KEY (owner_id, asset_id) REFERENCES assets
);
CREATE INDEX risks_highest ON risks (owner_id, loss_yen_per_year DESC, asset_id);

CREATE TABLE due_items (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    duty text NOT NULL,
    state text NOT NULL CHECK (state IN ('due', 'in_window', 'overdue', 'done', 'waived', 'suspended',
        'unknown_anchor')),
    window_open date,
    due_soft date,
    due date,
    anchor_on date,
    rule text NOT NULL,
    basis text NOT NULL,
    reason_ja text NOT NULL,
    reason_en text NOT NULL,
    planned_month date,
    engineer text,
    run_id uuid NOT NULL,
    CONSTRAINT due_items_pk PRIMARY KEY (owner_id, asset_id, duty),
    CONSTRAINT due_items_asset FOREIGN KEY (owner_id, asset_id) REFERENCES assets
);
CREATE INDEX due_items_by_date ON due_items (owner_id, due, asset_id);

-- Counts and sums by owner, class, measure and bucket: what the start page shows and aggregate consent lets see.
CREATE TABLE tallies (
    owner_id uuid NOT NULL REFERENCES owners,
    asset_class text NOT NULL,
    measure text NOT NULL,
    bucket text NOT NULL,
    n bigint NOT NULL,
    amount double precision NOT NULL DEFAULT 0,
    computed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tallies_pk PRIMARY KEY (owner_id, asset_class, measure, bucket)
);

-- One recorded computation: what went in, with which seed and code, what came out.
CREATE TABLE runs (
    region_id uuid NOT NULL REFERENCES regions,
    run_id uuid NOT NULL,
    kind text NOT NULL,
    inputs_digest text NOT NULL,
    seed bigint NOT NULL,
    parameters jsonb NOT NULL DEFAULT '{}',
    code_version text NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    progress real NOT NULL DEFAULT 0,
    result jsonb,
    error text,
    requested_by uuid,
    requested_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT runs_pk PRIMARY KEY (region_id, run_id)
);
CREATE INDEX runs_recent ON runs (region_id, requested_at DESC);

CREATE TABLE models (
    region_id uuid NOT NULL,
    run_id uuid NOT NULL,
    asset_class text NOT NULL,
    scale text NOT NULL,
    card jsonb NOT NULL,
    adopted_at timestamptz,
    adopted_by text,
    CONSTRAINT models_pk PRIMARY KEY (region_id, run_id, asset_class, scale),
    CONSTRAINT models_run FOREIGN KEY (region_id, run_id) REFERENCES runs
);

CREATE TABLE plans (
    region_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    run_id uuid NOT NULL,
    edition integer NOT NULL,
    status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'decided')),
    as_of date NOT NULL,
    sheet jsonb NOT NULL,
    pdf bytea,
    pdf_sha256 text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT plans_pk PRIMARY KEY (region_id, plan_id),
    CONSTRAINT plans_edition_unique UNIQUE (region_id, edition),
    CONSTRAINT plans_run FOREIGN KEY (region_id, run_id) REFERENCES runs
);

-- The answer given to a request that may be repeated.
CREATE TABLE idempotency_keys (
    owner_id uuid NOT NULL,
    key_id uuid NOT NULL,
    idempotency_key text NOT NULL,
    request_sha256 bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL DEFAULT '{}',
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_pk PRIMARY KEY (owner_id, key_id, idempotency_key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- Row-level security for the service's role. The conditions stand in full in each policy: wrapped in a function or
-- a sub-select the planner no longer uses the index on owner_id.
DO $$
DECLARE
    own CONSTANT text := 'owner_id = ANY (string_to_array(current_setting(''gm.own'', true), '','')::uuid[])';
    written CONSTANT text := 'owner_id = ANY (string_to_array(current_setting(''gm.write'', true), '','')::uuid[])';
    shared CONSTANT text :=
        '(owner_id::text || '':'' || asset_class) = ANY (string_to_array(current_setting(%L, true), '',''))';
    region CONSTANT text := 'region_id = ANY (string_to_array(current_setting(%L, true), '','')::uuid[])';
    read CONSTANT text := 'CREATE POLICY %I ON %I FOR SELECT TO %I USING (%s)';
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['owners', 'regions', 'region_members', 'consents', 'api_keys', 'ledgers', 'rejected_rows',
        'assets', 'asset_history', 'asset_numbers', 'septic_contacts', 'inspections', 'repairs', 'photos', 'conditions',
        'risks', 'due_items', 'tallies', 'runs', 'models', 'plans', 'idempotency_keys'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
    END LOOP;

    -- one owner's own rows only
    FOREACH t IN ARRAY ARRAY['consents', 'api_keys', 'ledgers', 'rejected_rows', 'septic_contacts', 'photos',
        'idempotency_keys'] LOOP
        EXECUTE format(read, t || '_read', t, 'gunmane_app', own);
    END LOOP;

    -- rows of a class, shared in full by consent
    FOREACH t IN ARRAY ARRAY['assets', 'asset_history', 'asset_numbers', 'inspections', 'repairs', 'conditions', 'risks',
        'due_items'] LOOP
        EXECUTE format(read, t || '_read', t, 'gunmane_app', own || ' OR ' || format(shared, 'gm.full'));
    END LOOP;
    EXECUTE format(read, 'tallies_read', 'tallies', 'gunmane_app', own || ' OR ' || format(shared, 'gm.tally'));

    FOREACH t IN ARRAY ARRAY['consents', 'api_keys', 'ledgers', 'rejected_rows', 'septic_contacts', 'photos',
        'idempotency_keys', 'assets', 'asset_history', 'asset_numbers', 'inspections', 'repairs', 'conditions', 'risks',
        'due_items', 'tallies'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO gunmane_app WITH CHECK (%s)', t || '_insert', t, written);
        EXECUTE format('CREATE POLICY %I ON %I FOR UPDATE TO gunmane_app USING (%s) WITH CHECK (%s)',
            t || '_update', t, written, written);
        EXECUTE format('CREATE POLICY %I ON %I FOR DELETE TO gunmane_app USING (%s)', t || '_delete', t, written);
    END LOOP;

    EXECUTE format(read, 'owners_read', 'owners', 'gunmane_app', own
        || ' OR owner_id = ANY (string_to_array(current_setting(''gm.known'', true), '','')::uuid[])');
    EXECUTE format('CREATE POLICY owners_insert ON owners FOR INSERT TO gunmane_app WITH CHECK (%s)', written);
    EXECUTE format('CREATE POLICY owners_update ON owners FOR UPDATE TO gunmane_app USING (%s) WITH CHECK (%s)',
        written, written);

    FOREACH t IN ARRAY ARRAY['regions', 'region_members', 'runs', 'models', 'plans'] LOOP
        EXECUTE format(read, t || '_read', t, 'gunmane_app', format(region, 'gm.regions'));
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO gunmane_app WITH CHECK (%s)', t || '_insert', t,
            format(region, 'gm.plan'));
        EXECUTE format('CREATE POLICY %I ON %I FOR UPDATE TO gunmane_app USING (%s) WITH CHECK (%s)', t || '_update', t,
            format(region, 'gm.plan'), format(region, 'gm.plan'));
    END LOOP;

    -- what the condition level shows goes through a view whose owner sees just those rows
    FOREACH t IN ARRAY ARRAY['assets', 'conditions', 'risks'] LOOP
        EXECUTE format(read, t || '_share', t, 'gunmane_share', format(shared, 'gm.condition'));
        EXECUTE format('GRANT SELECT ON %I TO gunmane_share', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['api_keys', 'consents', 'region_members'] LOOP
        EXECUTE format(read, t || '_auth', t, 'gunmane_auth', 'true');
        EXECUTE format('GRANT SELECT ON %I TO gunmane_auth', t);
    END LOOP;
END
$$;

-- Assets shared at level condition: place, size, age, grade and risk; no number, name, route or attributes.
-- A septic system's place is somebody's home: never here.
CREATE VIEW shared_conditions WITH (security_barrier) AS
SELECT
    a.owner_id,
    a.asset_id,
    a.asset_class,
    a.built_year,
    a.built_precision,
    a.municipality_code,
    a.length_m,
    a.width_m,
    a.area_m2,
    a.diameter_mm,
    a.material,
    a.geometry,
    a.bounds,
    a.status,
    a.origin,
    c.scale,
    c.grade,
    c.inspected_on,
    r.bad_5y,
    r.loss_yen_per_year,
    r.likelihood_band,
    r.consequence_band
FROM assets AS a
LEFT JOIN conditions AS c ON c.owner_id = a.owner_id AND c.asset_id = a.asset_id
LEFT JOIN risks AS r ON r.owner_id = a.owner_id AND r.asset_id = a.asset_id
WHERE a.asset_class <> 'septic';

-- Checks a key and sets the transaction's row-level settings in the same round trip.
-- No row: the key is unknown, wrong, expired or revoked.
CREATE FUNCTION authenticate(wanted_key uuid, wanted_sha256 bytea, today date)
RETURNS TABLE (key_id uuid, owner_id uuid, role text, purpose text, regions uuid[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
#variable_conflict use_column
DECLARE
    k api_keys%ROWTYPE;
    my_regions uuid[];
    known uuid[];
    pairs_full text;
    pairs_condition text;
    pairs_tally text;
BEGIN
    SELECT * INTO k FROM api_keys AS a
    WHERE a.key_id = wanted_key AND a.secret_sha256 = wanted_sha256 AND a.revoked_at IS NULL
        AND (a.expires_at IS NULL OR a.expires_at > now());
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT array_agg(DISTINCT m.region_id) INTO my_regions FROM region_members AS m
    WHERE m.owner_id = k.owner_id AND m.joined_on <= today AND (m.left_on IS NULL OR m.left_on > today);
    IF my_regions IS NOT NULL THEN
        SELECT array_agg(DISTINCT m.owner_id) INTO known FROM region_members AS m
        WHERE m.region_id = ANY (my_regions) AND m.joined_on <= today AND (m.left_on IS NULL OR m.left_on > today);
        SELECT
            string_agg(c.owner_id || ':' || c.asset_class, ',') FILTER (WHERE c.level = 'full'),
            string_agg(c.owner_id || ':' || c.asset_class, ',') FILTER (WHERE c.level = 'condition'),
            string_agg(c.owner_id || ':' || c.asset_class, ',')
        INTO pairs_full, pairs_condition, pairs_tally
        FROM consents AS c
        WHERE c.region_id = ANY (my_regions) AND c.owner_id = ANY (known) AND c.owner_id <> k.owner_id
            AND c.revoked_at IS NULL AND c.valid_from <= today AND (c.valid_to IS NULL OR c.valid_to >= today);
    END IF;
    PERFORM
        set_config('gm.own', k.owner_id::text, true),
        set_config('gm.write', CASE WHEN k.role IN ('engineer', 'planner', 'scheduler', 'administrator')
            THEN k.owner_id::text ELSE '' END, true),
        set_config('gm.full', coalesce(pairs_full, ''), true),
        set_config('gm.condition', coalesce(pairs_condition, ''), true),
        set_config('gm.tally', coalesce(pairs_tally, ''), true),
        set_config('gm.known', coalesce(array_to_string(known, ','), ''), true),
        set_config('gm.regions', coalesce(array_to_string(my_regions, ','), ''), true),
        set_config('gm.plan', CASE WHEN k.role IN ('planner', 'scheduler', 'administrator')
            THEN coalesce(array_to_string(my_regions, ','), '') ELSE '' END, true);
    RETURN QUERY SELECT k.key_id, k.owner_id, k.role, k.purpose, coalesce(my_regions, '{}');
END
$$;

GRANT CREATE ON SCHEMA public TO gunmane_share, gunmane_auth;
ALTER VIEW shared_conditions OWNER TO gunmane_share;
ALTER FUNCTION authenticate(uuid, bytea, date) OWNER TO gunmane_auth;
REVOKE CREATE ON SCHEMA public FROM gunmane_share, gunmane_auth;
REVOKE ALL ON FUNCTION authenticate(uuid, bytea, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authenticate(uuid, bytea, date) TO gunmane_app;

GRANT USAGE ON SCHEMA public TO gunmane_app, gunmane_share, gunmane_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    consents, rejected_rows, assets, asset_numbers, septic_contacts, conditions, risks, due_items, tallies,
    idempotency_keys
TO gunmane_app;
GRANT SELECT, INSERT, UPDATE ON owners, regions, region_members, api_keys, ledgers, photos, runs, models, plans
TO gunmane_app;
-- what has been recorded stays recorded
GRANT SELECT, INSERT ON asset_history, inspections, repairs TO gunmane_app;
GRANT SELECT ON shared_conditions TO gunmane_app;
