-- A day plan with all that it was made from, so that a change by hand can be checked at once. Only plans without
-- faults are stored; `revision` counts the changes.
CREATE TABLE schedules (
    region_id uuid NOT NULL,
    schedule_id uuid NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    first_on date NOT NULL,
    last_on date NOT NULL,
    roster jsonb NOT NULL,
    plan jsonb NOT NULL,
    placed integer NOT NULL,
    left_out integer NOT NULL,
    must_left integer NOT NULL,
    key_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT schedules_pk PRIMARY KEY (region_id, schedule_id),
    FOREIGN KEY (region_id) REFERENCES regions
);

-- Who pinned, moved, forbade or released what, and why.
CREATE TABLE schedule_changes (
    region_id uuid NOT NULL,
    schedule_id uuid NOT NULL,
    revision integer NOT NULL,
    change jsonb NOT NULL,
    key_id uuid NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT schedule_changes_pk PRIMARY KEY (region_id, schedule_id, revision),
    FOREIGN KEY (region_id, schedule_id) REFERENCES schedules
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['schedules', 'schedule_changes'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO gunmane_app USING (region_id = ANY'
            ' (string_to_array(current_setting(''gm.regions'', true), '','')::uuid[]))', t || '_read', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO gunmane_app WITH CHECK (region_id = ANY'
            ' (string_to_array(current_setting(''gm.plan'', true), '','')::uuid[]))', t || '_insert', t);
    END LOOP;
END
$$;
CREATE POLICY schedules_update ON schedules FOR UPDATE TO gunmane_app
    USING (region_id = ANY (string_to_array(current_setting('gm.plan', true), ',')::uuid[]))
    WITH CHECK (region_id = ANY (string_to_array(current_setting('gm.plan', true), ',')::uuid[]));
GRANT SELECT, INSERT, UPDATE ON schedules TO gunmane_app;
GRANT SELECT, INSERT ON schedule_changes TO gunmane_app;
