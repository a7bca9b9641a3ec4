-- Opens a request: checks the key, sets the row-level settings, and looks for the answer already given under this
-- idempotency key. A second request under the same key waits here until the first one has ended.
-- No row: the key is unknown, wrong, expired or revoked. Runs with the caller's rights, so row-level security binds.
CREATE FUNCTION enter(wanted_key uuid, wanted_sha256 bytea, today date, wanted_idempotency text)
RETURNS TABLE (
    key_id uuid, owner_id uuid, role text, purpose text, regions uuid[],
    request_sha256 bytea, status smallint, headers jsonb, body bytea
)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public
AS $$
#variable_conflict use_column
DECLARE
    p record;
BEGIN
    SELECT a.key_id, a.owner_id, a.role, a.purpose, a.regions INTO p
    FROM public.authenticate(wanted_key, wanted_sha256, today) AS a;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF wanted_idempotency IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(p.key_id::text || ':' || wanted_idempotency, 0));
    END IF;
    RETURN QUERY
    SELECT p.key_id, p.owner_id, p.role, p.purpose, p.regions, i.request_sha256, i.status, i.headers, i.body
    FROM (SELECT 1) AS one
    LEFT JOIN idempotency_keys AS i
        ON i.owner_id = p.owner_id AND i.key_id = p.key_id AND i.idempotency_key = wanted_idempotency;
END
$$;
REVOKE ALL ON FUNCTION enter(uuid, bytea, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter(uuid, bytea, date, text) TO gunmane_app;

-- What decides about an inspection of one asset, read under a lock on the asset, so that two inspections logged at the
-- same moment see each other. `same` is what is already logged under the wanted inspection_id.
-- No row: no such asset of this owner.
CREATE FUNCTION asset_past(wanted_owner uuid, wanted_asset uuid, wanted_inspection uuid)
RETURNS TABLE (
    asset_class text, built_year smallint, built_on date, built_precision text,
    inspections jsonb, repairs jsonb, same jsonb
)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public
AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(wanted_asset::text, 1));
    RETURN QUERY
    SELECT
        a.asset_class, a.built_year, a.built_on, a.built_precision,
        (
            SELECT jsonb_agg(jsonb_build_object('inspection_id', i.inspection_id, 'inspected_on', i.inspected_on,
                'duty', i.duty, 'scale', i.scale, 'grade', i.grade))
            FROM inspections AS i
            WHERE i.owner_id = wanted_owner AND i.asset_id = wanted_asset
                AND NOT EXISTS (
                    SELECT FROM inspections AS newer
                    WHERE newer.owner_id = wanted_owner AND newer.supersedes = i.inspection_id)
        ),
        (
            SELECT jsonb_agg(jsonb_build_object('repair_id', r.repair_id, 'repaired_on', r.repaired_on, 'kind', r.kind))
            FROM repairs AS r
            WHERE r.owner_id = wanted_owner AND r.asset_id = wanted_asset
        ),
        (
            SELECT to_jsonb(s) FROM inspections AS s
            WHERE s.owner_id = wanted_owner AND s.inspection_id = wanted_inspection
        )
    FROM assets AS a
    WHERE a.owner_id = wanted_owner AND a.asset_id = wanted_asset;
END
$$;
REVOKE ALL ON FUNCTION asset_past(uuid, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION asset_past(uuid, uuid, uuid) TO gunmane_app;
