-- An edition never changes: only its state does, and nobody but the schema's owner may touch anything else of it.
ALTER TABLE plans ADD COLUMN sheet_sha256 text;
ALTER TABLE plans ADD COLUMN superseded_by uuid;
ALTER TABLE plans DROP CONSTRAINT plans_status_check;
ALTER TABLE plans ADD CONSTRAINT plans_status_check CHECK (status IN ('draft', 'decided', 'superseded'));
ALTER TABLE plans ADD CONSTRAINT plans_superseded CHECK ((status = 'superseded') = (superseded_by IS NOT NULL));
CREATE UNIQUE INDEX plans_one_decided ON plans (region_id) WHERE status = 'decided';
REVOKE UPDATE ON plans FROM gunmane_app;
GRANT UPDATE (status, superseded_by) ON plans TO gunmane_app;

-- Who decided an edition, when and where; with the document as it was decided.
CREATE TABLE plan_decisions (
    region_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    decided_on date NOT NULL,
    meeting text NOT NULL,
    decided_by text NOT NULL,
    title text NOT NULL,
    note text,
    pdf bytea NOT NULL,
    pdf_sha256 text NOT NULL,
    key_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT plan_decisions_pk PRIMARY KEY (region_id, plan_id),
    CONSTRAINT plan_decisions_plan FOREIGN KEY (region_id, plan_id) REFERENCES plans (region_id, plan_id)
);

-- What a person sets against a proposal, kept through recomputation until it is withdrawn. `target` names the decision
-- in the words of the plan ("asset" with owner, class and asset, else the code of the decision).
CREATE TABLE plan_overrides (
    region_id uuid NOT NULL,
    override_id uuid NOT NULL,
    owner text NOT NULL,
    asset_class text,
    asset_id uuid,
    code text NOT NULL,
    content jsonb NOT NULL,
    key_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    CONSTRAINT plan_overrides_pk PRIMARY KEY (region_id, override_id),
    FOREIGN KEY (region_id) REFERENCES regions
);
CREATE UNIQUE INDEX plan_overrides_one ON plan_overrides (region_id, code) WHERE withdrawn_at IS NULL;

-- What people say of an edition or of one of its decisions; never changed.
CREATE TABLE plan_comments (
    region_id uuid NOT NULL,
    comment_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    code text NOT NULL,
    owner_id uuid NOT NULL,
    body text NOT NULL,
    author text NOT NULL,
    key_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT plan_comments_pk PRIMARY KEY (region_id, comment_id),
    CONSTRAINT plan_comments_plan FOREIGN KEY (region_id, plan_id) REFERENCES plans (region_id, plan_id)
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['plan_decisions', 'plan_overrides', 'plan_comments'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO gunmane_app USING (region_id = ANY'
            ' (string_to_array(current_setting(''gm.regions'', true), '','')::uuid[]))', t || '_read', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['plan_decisions', 'plan_overrides'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO gunmane_app WITH CHECK (region_id = ANY'
            ' (string_to_array(current_setting(''gm.plan'', true), '','')::uuid[]))', t || '_insert', t);
    END LOOP;
END
$$;
CREATE POLICY plan_overrides_update ON plan_overrides FOR UPDATE TO gunmane_app
    USING (region_id = ANY (string_to_array(current_setting('gm.plan', true), ',')::uuid[]))
    WITH CHECK (region_id = ANY (string_to_array(current_setting('gm.plan', true), ',')::uuid[]));
CREATE POLICY plan_comments_insert ON plan_comments FOR INSERT TO gunmane_app
    WITH CHECK (region_id = ANY (string_to_array(current_setting('gm.regions', true), ',')::uuid[])
        AND owner_id = ANY (string_to_array(current_setting('gm.own', true), ',')::uuid[]));
GRANT SELECT, INSERT ON plan_decisions, plan_comments TO gunmane_app;
GRANT SELECT, INSERT ON plan_overrides TO gunmane_app;
GRANT UPDATE (withdrawn_at, withdrawn_by) ON plan_overrides TO gunmane_app;
