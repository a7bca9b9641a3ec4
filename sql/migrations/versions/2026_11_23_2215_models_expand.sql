-- A model is a fit of one class on one scale: `proposed` by a computation, `adopted` by a person, `retired` when another
-- takes its place. Its region-level row holds what is estimated from all owners together (card and fit); what speaks of
-- one owner alone (its effect, its counts, its forecasts) lies in model_owners and is seen as far as its consents go.
-- The same fit found again is the same model. Cards stored before carried owners' effects: these leave the region's row.
ALTER TABLE models NO FORCE ROW LEVEL SECURITY;
ALTER TABLE models
    ADD COLUMN model_id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'adopted', 'retired')),
    ADD COLUMN fit jsonb,
    ADD COLUMN digest text,
    ADD COLUMN proposed_at timestamptz NOT NULL DEFAULT now();
UPDATE models SET card = jsonb_set(card, '{owners}', '[]') WHERE card ? 'owners';
ALTER TABLE models DROP CONSTRAINT models_pk, ADD CONSTRAINT models_pk PRIMARY KEY (region_id, model_id);
ALTER TABLE models FORCE ROW LEVEL SECURITY;
CREATE UNIQUE INDEX models_adopted ON models (region_id, asset_class, scale) WHERE state = 'adopted';
CREATE UNIQUE INDEX models_same ON models (region_id, asset_class, scale, digest);

CREATE TABLE model_owners (
    owner_id uuid NOT NULL,
    region_id uuid NOT NULL,
    model_id uuid NOT NULL,
    asset_class text NOT NULL,
    card jsonb NOT NULL,
    fit jsonb NOT NULL,
    forecast jsonb NOT NULL,
    CONSTRAINT model_owners_pk PRIMARY KEY (owner_id, region_id, model_id)
);
CREATE INDEX model_owners_of ON model_owners (region_id, model_id);

-- Who decided what about a model, and why; never changed.
CREATE TABLE model_decisions (
    region_id uuid NOT NULL,
    decision_id uuid NOT NULL,
    model_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('adopted', 'retired')),
    decided_at timestamptz NOT NULL,
    decided_by text NOT NULL,
    reason text NOT NULL,
    key_id uuid,
    CONSTRAINT model_decisions_pk PRIMARY KEY (region_id, decision_id),
    CONSTRAINT model_decisions_model FOREIGN KEY (region_id, model_id) REFERENCES models
);
CREATE INDEX model_decisions_of ON model_decisions (region_id, model_id, decided_at);

-- Which model the forecasts of a run come from; `adopted` as it was then.
CREATE TABLE forecast_models (
    region_id uuid NOT NULL,
    run_id uuid NOT NULL,
    asset_class text NOT NULL,
    scale text NOT NULL,
    model_id uuid NOT NULL,
    adopted boolean NOT NULL,
    CONSTRAINT forecast_models_pk PRIMARY KEY (region_id, run_id, asset_class, scale),
    CONSTRAINT forecast_models_run FOREIGN KEY (region_id, run_id) REFERENCES runs,
    CONSTRAINT forecast_models_model FOREIGN KEY (region_id, model_id) REFERENCES models
);

DO $$
DECLARE
    own CONSTANT text := 'owner_id = ANY (string_to_array(current_setting(''gm.own'', true), '','')::uuid[])';
    written CONSTANT text := 'owner_id = ANY (string_to_array(current_setting(''gm.write'', true), '','')::uuid[])';
    tallied CONSTANT text :=
        '(owner_id::text || '':'' || asset_class) = ANY (string_to_array(current_setting(''gm.tally'', true), '',''))';
    region CONSTANT text := 'region_id = ANY (string_to_array(current_setting(%L, true), '','')::uuid[])';
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['model_owners', 'model_decisions', 'forecast_models'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    EXECUTE format('CREATE POLICY model_owners_read ON model_owners FOR SELECT TO gunmane_app USING (%s AND (%s OR %s))',
        format(region, 'gm.regions'), own, tallied);
    EXECUTE format('CREATE POLICY model_owners_insert ON model_owners FOR INSERT TO gunmane_app WITH CHECK (%s)',
        written);
    EXECUTE format(
        'CREATE POLICY model_owners_update ON model_owners FOR UPDATE TO gunmane_app USING (%s) WITH CHECK (%s)',
        written, written);
    FOREACH t IN ARRAY ARRAY['model_decisions', 'forecast_models'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO gunmane_app USING (%s)', t || '_read', t,
            format(region, 'gm.regions'));
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO gunmane_app WITH CHECK (%s)', t || '_insert', t,
            format(region, 'gm.plan'));
    END LOOP;
END
$$;
-- what a model says and rests on stays as it was proposed
REVOKE UPDATE ON models FROM gunmane_app;
GRANT UPDATE (state, card, run_id, proposed_at) ON models TO gunmane_app;
GRANT SELECT, INSERT ON model_owners TO gunmane_app;
GRANT UPDATE (card, forecast) ON model_owners TO gunmane_app;
GRANT SELECT, INSERT ON model_decisions, forecast_models TO gunmane_app;
