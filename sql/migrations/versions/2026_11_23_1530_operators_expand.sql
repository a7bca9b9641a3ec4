-- The owner that a code stands for, asked by an operator at the command line before it works for that owner.
GRANT SELECT ON owners TO gunmane_auth;
CREATE POLICY owners_auth ON owners FOR SELECT TO gunmane_auth USING (true);
CREATE FUNCTION owner_of(wanted_code text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$ SELECT owner_id FROM owners WHERE code = wanted_code $$;
GRANT CREATE ON SCHEMA public TO gunmane_auth;
ALTER FUNCTION owner_of(text) OWNER TO gunmane_auth;
REVOKE CREATE ON SCHEMA public FROM gunmane_auth;
REVOKE ALL ON FUNCTION owner_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owner_of(text) TO gunmane_app;
