-- Parts of the numbers, names and routes of assets: pairs of characters, and triples of ASCII ones, each as a hash with
-- its owner. Written some time after the assets, for it costs more than they do; until then a list looks through all.
CREATE TABLE asset_words (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    revision integer NOT NULL,
    grams integer[] NOT NULL,
    CONSTRAINT asset_words_pk PRIMARY KEY (owner_id, asset_id)
);
CREATE INDEX asset_words_grams ON asset_words USING gin (grams);
-- How often an owner's assets have been written by imports, and up to which of these their words have been.
CREATE TABLE asset_word_marks (
    owner_id uuid NOT NULL,
    written bigint NOT NULL,
    worded bigint NOT NULL,
    CONSTRAINT asset_word_marks_pk PRIMARY KEY (owner_id)
);

DO $$
DECLARE
    own CONSTANT text :=
        'owner_id = ANY ((SELECT string_to_array(current_setting(''gm.own'', true), '','')::uuid[])::uuid[])';
    known CONSTANT text :=
        'owner_id = ANY ((SELECT string_to_array(current_setting(''gm.known'', true), '','')::uuid[])::uuid[])';
    written CONSTANT text :=
        'owner_id = ANY ((SELECT string_to_array(current_setting(''gm.write'', true), '','')::uuid[])::uuid[])';
    shared CONSTANT text := '(owner_id::text || '':'' || asset_class)'
        ' = ANY ((SELECT string_to_array(current_setting(''gm.full'', true), '',''))::text[])';
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['asset_words', 'asset_word_marks'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO gunmane_app USING (%s OR %s)', t || '_read', t, own,
            CASE t WHEN 'asset_words' THEN shared ELSE known END);
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO gunmane_app WITH CHECK (%s)', t || '_insert', t, written);
        EXECUTE format('CREATE POLICY %I ON %I FOR UPDATE TO gunmane_app USING (%s) WITH CHECK (%s)',
            t || '_update', t, written, written);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO gunmane_auth USING (true)', t || '_auth', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO gunmane_app', t);
        EXECUTE format('GRANT SELECT ON %I TO gunmane_auth', t);
    END LOOP;
END
$$;

-- The index cannot be used under row-level security: "contains" is not known to be leakproof. This function looks on
-- behalf of the principal and gives identifiers of assets that it reads in full, nothing else; the assets themselves are
-- then read under their own policies.
CREATE FUNCTION find_words(wanted_owners uuid[], wanted integer[], most integer)
RETURNS TABLE (owner_id uuid, asset_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    own CONSTANT uuid[] := string_to_array(current_setting('gm.own', true), ',')::uuid[];
    shared CONSTANT text[] := string_to_array(current_setting('gm.full', true), ',');
    parts CONSTANT integer := cardinality(wanted) / cardinality(wanted_owners);
BEGIN
    FOR k IN 1 .. cardinality(wanted_owners) LOOP
        RETURN QUERY
        SELECT w.owner_id, w.asset_id
        FROM (SELECT * FROM asset_words AS a WHERE a.grams @> wanted[(k - 1) * parts + 1 : k * parts] OFFSET 0) AS w
        WHERE w.owner_id = wanted_owners[k]
            AND (w.owner_id = ANY (own) OR (w.owner_id::text || ':' || w.asset_class) = ANY (shared))
        LIMIT most;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION find_words(uuid[], integer[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_words(uuid[], integer[], integer) TO gunmane_app;

-- For the clock of the service, which works for all owners.
CREATE FUNCTION unworded_owners() RETURNS TABLE (owner_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
    SELECT o.owner_id FROM owners AS o LEFT JOIN asset_word_marks AS m ON m.owner_id = o.owner_id
    WHERE m.owner_id IS NULL OR m.written <> m.worded
    ORDER BY 1
$$;
REVOKE ALL ON FUNCTION unworded_owners() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unworded_owners() TO gunmane_app;
GRANT CREATE ON SCHEMA public TO gunmane_auth;
ALTER FUNCTION find_words(uuid[], integer[], integer) OWNER TO gunmane_auth;
ALTER FUNCTION unworded_owners() OWNER TO gunmane_auth;
REVOKE CREATE ON SCHEMA public FROM gunmane_auth;

-- A month's visits in the order of their list.
CREATE INDEX due_items_by_plan ON due_items (owner_id, planned_month, state, due, asset_id, duty)
    WHERE planned_month IS NOT NULL;
DROP INDEX due_items_planned;
