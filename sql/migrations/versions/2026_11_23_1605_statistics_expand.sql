-- The planner's statistics after a large import: without them a first read joins as if tables were empty, and waiting
-- for autovacuum takes minutes. Only a table's owner may ask for them, so the service asks through this function.
CREATE FUNCTION refresh_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
BEGIN
    ANALYZE assets, asset_numbers, inspections, repairs, conditions, risks, due_items, tallies, cells;
END
$$;
REVOKE ALL ON FUNCTION refresh_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_statistics() TO gunmane_app;
