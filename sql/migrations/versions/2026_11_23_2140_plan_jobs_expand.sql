-- What the last build of a region's file was told: name, field, owners with budgets and engineers, the road network.
CREATE TABLE region_settings (
    region_id uuid NOT NULL,
    settings jsonb NOT NULL,
    roads bytea,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT region_settings_pk PRIMARY KEY (region_id),
    FOREIGN KEY (region_id) REFERENCES regions
);

-- A computation that somebody asked for: a worker takes it for the time of a lease, which it renews as long as it lives.
CREATE TABLE plan_jobs (
    region_id uuid NOT NULL,
    job_id uuid NOT NULL,
    as_of date NOT NULL,
    seed bigint,
    state text NOT NULL DEFAULT 'queued',
    step text NOT NULL DEFAULT '',
    progress real NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    claim uuid,
    lease_until timestamptz,
    cancel_requested_at timestamptz,
    plan_id uuid,
    error text,
    key_id uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT plan_jobs_pk PRIMARY KEY (region_id, job_id),
    CONSTRAINT plan_jobs_state CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    FOREIGN KEY (region_id) REFERENCES regions
);
CREATE UNIQUE INDEX plan_jobs_one ON plan_jobs (region_id) WHERE state IN ('queued', 'running');

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['region_settings', 'plan_jobs'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO gunmane_app WITH CHECK (region_id = ANY'
            ' (string_to_array(current_setting(''gm.plan'', true), '','')::uuid[]))', t || '_insert', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR UPDATE TO gunmane_app USING (region_id = ANY'
            ' (string_to_array(current_setting(''gm.plan'', true), '','')::uuid[]))', t || '_update', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO gunmane_app', t);
    END LOOP;
END
$$;
CREATE POLICY plan_jobs_read ON plan_jobs FOR SELECT TO gunmane_app
    USING (region_id = ANY (string_to_array(current_setting('gm.regions', true), ',')::uuid[]));
-- Budgets and engineers of all owners: for those only who may plan; the API never shows them.
CREATE POLICY region_settings_read ON region_settings FOR SELECT TO gunmane_app
    USING (region_id = ANY (string_to_array(current_setting('gm.plan', true), ',')::uuid[]));
CREATE POLICY plan_jobs_auth ON plan_jobs FOR SELECT TO gunmane_auth USING (true);
GRANT SELECT ON plan_jobs TO gunmane_auth;

-- Regions with a computation that waits, or whose worker has not been heard of for the time of its lease.
CREATE FUNCTION planning_regions() RETURNS TABLE (region_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
    SELECT j.region_id FROM plan_jobs AS j
    WHERE j.state = 'queued' OR (j.state = 'running' AND j.lease_until < now())
    ORDER BY j.requested_at
$$;
GRANT CREATE ON SCHEMA public TO gunmane_auth;
ALTER FUNCTION planning_regions() OWNER TO gunmane_auth;
REVOKE ALL ON FUNCTION planning_regions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION planning_regions() TO gunmane_app;
REVOKE CREATE ON SCHEMA public FROM gunmane_auth;
