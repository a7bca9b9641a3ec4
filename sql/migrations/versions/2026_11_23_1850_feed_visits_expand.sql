-- A visit of a day plan is named as the plan names it, and may be to another owner of the region.
ALTER TABLE feed_entries ADD COLUMN label text NOT NULL DEFAULT '', ADD COLUMN elsewhere boolean NOT NULL DEFAULT false;

-- The regions that an owner belongs to on a day, for the nightly work.
CREATE FUNCTION regions_of(wanted_owner uuid, today date) RETURNS TABLE (region_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
    SELECT DISTINCT m.region_id FROM region_members AS m
    WHERE m.owner_id = wanted_owner AND m.joined_on <= today AND (m.left_on IS NULL OR m.left_on > today)
$$;
GRANT CREATE ON SCHEMA public TO gunmane_auth;
ALTER FUNCTION regions_of(uuid, date) OWNER TO gunmane_auth;
REVOKE CREATE ON SCHEMA public FROM gunmane_auth;
REVOKE ALL ON FUNCTION regions_of(uuid, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION regions_of(uuid, date) TO gunmane_app;
