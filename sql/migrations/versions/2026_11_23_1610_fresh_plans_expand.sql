-- Each table of owner data has several indexes that begin with the owner. A plan made while a table is small, or its
-- statistics say so, may take any of them, and a kept plan stays: it then reads all rows of the owner for each
-- inspection. So the look-up is planned anew each time until the statistics know the table.
CREATE OR REPLACE FUNCTION asset_past(wanted_owner uuid, wanted_asset uuid, wanted_inspection uuid)
RETURNS TABLE (
    asset_class text, built_year smallint, built_on date, built_precision text,
    inspections jsonb, repairs jsonb, same jsonb
)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(wanted_owner::text, 2)),
        pg_advisory_xact_lock(hashtextextended(wanted_asset::text, 1));
    IF (SELECT reltuples >= 1000 FROM pg_class WHERE oid = 'public.inspections'::regclass) THEN
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
    ELSE
        RETURN QUERY EXECUTE $look_up$
        SELECT
            a.asset_class, a.built_year, a.built_on, a.built_precision,
            (
                SELECT jsonb_agg(jsonb_build_object('inspection_id', i.inspection_id, 'inspected_on', i.inspected_on,
                    'duty', i.duty, 'scale', i.scale, 'grade', i.grade))
                FROM inspections AS i
                WHERE i.owner_id = $1 AND i.asset_id = $2
                    AND NOT EXISTS (
                        SELECT FROM inspections AS newer
                        WHERE newer.owner_id = $1 AND newer.supersedes = i.inspection_id)
            ),
            (
                SELECT jsonb_agg(jsonb_build_object('repair_id', r.repair_id, 'repaired_on', r.repaired_on, 'kind', r.kind))
                FROM repairs AS r
                WHERE r.owner_id = $1 AND r.asset_id = $2
            ),
            (
                SELECT to_jsonb(s) FROM inspections AS s
                WHERE s.owner_id = $1 AND s.inspection_id = $3
            )
        FROM assets AS a
        WHERE a.owner_id = $1 AND a.asset_id = $2
        $look_up$ USING wanted_owner, wanted_asset, wanted_inspection;
    END IF;
END
$$;
