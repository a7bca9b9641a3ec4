-- What decides whether an inspection is plausible, for single ones and for batches alike. Plain SQL without settings
-- of its own, so that the planner puts it in the place of its call: the look-ups are those of the calling statement.
-- The latest grade before the day comes from `conditions` where that is older than the day and of the same scale;
-- only for the others are inspections looked through. Repairs matter only where the grade differs. Each look-up ends
-- with LIMIT, so that it stays one by its index whatever the statistics say.
CREATE FUNCTION inspection_past(
    wanted_owner uuid, wanted_inspection uuid, wanted_asset uuid, wanted_day date, wanted_duty text, wanted_scale text,
    wanted_grade text, corrected uuid
)
RETURNS TABLE (
    asset_class text, built_year smallint, built_on date, built_precision text, same_day uuid, before_on date,
    before_grade text, mended_on date, taken boolean, corrects boolean
)
LANGUAGE sql STABLE ROWS 1
AS $$
SELECT
    a.asset_class, a.built_year, a.built_on, a.built_precision, d.inspection_id,
    CASE WHEN simple.yes THEN c.inspected_on ELSE older.inspected_on END,
    CASE WHEN simple.yes THEN c.grade ELSE older.grade END,
    m.mended_on, t.inspection_id IS NOT NULL, corrected IS NULL OR s.inspection_id IS NOT NULL
FROM (SELECT 1) AS one
LEFT JOIN LATERAL (
    SELECT * FROM assets AS k WHERE k.owner_id = wanted_owner AND k.asset_id = wanted_asset LIMIT 1
) AS a ON true
LEFT JOIN LATERAL (
    SELECT * FROM conditions AS k WHERE k.owner_id = wanted_owner AND k.asset_id = wanted_asset LIMIT 1
) AS c ON true
LEFT JOIN LATERAL (
    SELECT k.inspection_id FROM inspections AS k
    WHERE k.owner_id = wanted_owner AND k.inspection_id = wanted_inspection LIMIT 1
) AS t ON true
LEFT JOIN LATERAL (
    SELECT coalesce(c.scale = wanted_scale AND c.inspected_on < wanted_day AND corrected IS NULL, false) AS yes
) AS simple ON true
LEFT JOIN LATERAL (
    SELECT o.inspection_id FROM inspections AS o
    WHERE o.owner_id = wanted_owner AND o.asset_id = wanted_asset AND o.inspected_on = wanted_day
        AND o.duty IS NOT DISTINCT FROM wanted_duty AND o.inspection_id IS DISTINCT FROM corrected
        AND NOT EXISTS (
            SELECT FROM inspections AS newer
            WHERE newer.owner_id = wanted_owner AND newer.supersedes = o.inspection_id)
    LIMIT 1
) AS d ON true
LEFT JOIN LATERAL (
    SELECT o.inspected_on, o.grade FROM inspections AS o
    WHERE c.asset_id IS NOT NULL AND NOT simple.yes AND o.owner_id = wanted_owner AND o.asset_id = wanted_asset
        AND o.inspected_on < wanted_day AND o.scale = wanted_scale AND o.grade IS NOT NULL
        AND o.inspection_id IS DISTINCT FROM corrected
        AND NOT EXISTS (
            SELECT FROM inspections AS newer
            WHERE newer.owner_id = wanted_owner AND newer.supersedes = o.inspection_id)
    ORDER BY o.inspected_on DESC, o.inspection_id DESC
    LIMIT 1
) AS older ON true
LEFT JOIN LATERAL (
    SELECT max(r.repaired_on) AS mended_on FROM repairs AS r
    WHERE c.asset_id IS NOT NULL AND wanted_grade IS NOT NULL AND NOT (simple.yes AND c.grade = wanted_grade)
        AND r.owner_id = wanted_owner AND r.asset_id = wanted_asset AND r.repaired_on <= wanted_day
        AND r.kind IN ('repair', 'rehabilitation', 'replacement')
) AS m ON true
LEFT JOIN LATERAL (
    SELECT o.inspection_id FROM inspections AS o
    WHERE corrected IS NOT NULL AND o.owner_id = wanted_owner AND o.inspection_id = corrected
        AND o.asset_id = wanted_asset
        AND NOT EXISTS (
            SELECT FROM inspections AS newer
            WHERE newer.owner_id = wanted_owner AND newer.supersedes = o.inspection_id)
    LIMIT 1
) AS s ON true
$$;
REVOKE ALL ON FUNCTION inspection_past(uuid, uuid, uuid, date, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION inspection_past(uuid, uuid, uuid, date, text, text, text, uuid) TO gunmane_app;

-- What is known about each of several requests of one owner: the answer kept under its idempotency key, and the past
-- of its asset. `key_of` tells for each request which of the keys it came with.
CREATE FUNCTION requests_past(
    wanted_owner uuid, keys uuid[], roles text[], key_of integer[], idempotency text[], inspections uuid[],
    assets uuid[], days date[], duties text[], scales text[], grades text[], corrected uuid[]
)
RETURNS TABLE (
    key_id uuid, owner_id uuid, role text, request_sha256 bytea, status smallint, headers jsonb, body bytea,
    asset_class text, built_year smallint, built_on date, built_precision text, same_day uuid, before_on date,
    before_grade text, mended_on date, taken boolean, corrects boolean
)
LANGUAGE sql STABLE ROWS 10
AS $$
SELECT
    keys[r.k], wanted_owner, roles[r.k], i.request_sha256, i.status, i.headers, i.body,
    p.asset_class, p.built_year, p.built_on, p.built_precision, p.same_day, p.before_on, p.before_grade, p.mended_on,
    p.taken, p.corrects
FROM unnest(key_of, idempotency, inspections, assets, days, duties, scales, grades, corrected) WITH ORDINALITY
    AS r (k, idempotency, inspection_id, asset_id, inspected_on, duty, scale, grade, supersedes, n)
LEFT JOIN LATERAL (
    SELECT * FROM idempotency_keys AS k
    WHERE k.owner_id = wanted_owner AND k.key_id = keys[r.k] AND k.idempotency_key = r.idempotency LIMIT 1
) AS i ON true
LEFT JOIN LATERAL inspection_past(
    wanted_owner, r.inspection_id, r.asset_id, r.inspected_on, r.duty, r.scale, r.grade, r.supersedes
) AS p ON true
ORDER BY r.n
$$;
REVOKE ALL ON FUNCTION requests_past(
    uuid, uuid[], text[], integer[], text[], uuid[], uuid[], date[], text[], text[], text[], uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION requests_past(
    uuid, uuid[], text[], integer[], text[], uuid[], uuid[], date[], text[], text[], text[], uuid[]) TO gunmane_app;

-- Opens several requests that log inspections of one owner in one transaction: checks their keys, sets the row-level
-- settings, and reads what is known, under locks on their idempotency keys and assets (taken in the order of their
-- numbers, so that two such transactions cannot wait for each other). One row a request, in their order; its `role`
-- is null where the key opens nothing. Runs with the caller's rights, so row-level security binds.
CREATE FUNCTION enter_together(
    wanted_keys uuid[], wanted_sha256 bytea[], today date, key_of integer[], idempotency text[], inspections uuid[],
    wanted_assets uuid[], days date[], duties text[], scales text[], grades text[], corrected uuid[]
)
RETURNS TABLE (
    key_id uuid, owner_id uuid, role text, request_sha256 bytea, status smallint, headers jsonb, body bytea,
    asset_class text, built_year smallint, built_on date, built_precision text, same_day uuid, before_on date,
    before_grade text, mended_on date, taken boolean, corrects boolean
)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
    found uuid;
    common_owner uuid;
    keys uuid[];
    roles text[];
BEGIN
    -- Until the transaction ends: planning these statements anew for each number of rows costs more than they do.
    PERFORM set_config('plan_cache_mode', 'force_generic_plan', true);
    -- One key that may write sets the row-level settings, which are those of its owner; under them the other keys, which
    -- are the owner's too, are looked up all at once. A key of another owner would open nothing.
    FOR k IN 1 .. cardinality(wanted_keys) LOOP
        SELECT a.owner_id INTO found FROM public.authenticate(wanted_keys[k], wanted_sha256[k], today) AS a;
        common_owner := coalesce(found, common_owner);
        EXIT WHEN found IS NOT NULL AND current_setting('gm.write', true) <> '';
    END LOOP;
    SELECT array_agg(a.key_id ORDER BY w.k), array_agg(a.role ORDER BY w.k) INTO keys, roles
    FROM unnest(wanted_keys, wanted_sha256) WITH ORDINALITY AS w (key_id, secret_sha256, k)
    LEFT JOIN LATERAL (
        SELECT s.key_id, s.role FROM api_keys AS s
        WHERE s.owner_id = common_owner AND s.key_id = w.key_id AND s.secret_sha256 = w.secret_sha256
            AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > now())
        LIMIT 1
    ) AS a ON true;
    PERFORM pg_advisory_xact_lock(l.number) FROM (
        SELECT DISTINCT hashtextextended(keys[t.k]::text || ':' || t.idempotency, 0) AS number
        FROM unnest(key_of, idempotency) AS t (k, idempotency) ORDER BY number
    ) AS l WHERE l.number IS NOT NULL;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(common_owner::text, 2));
    PERFORM pg_advisory_xact_lock(l.number) FROM (
        SELECT DISTINCT hashtextextended(a::text, 1) AS number FROM unnest(wanted_assets) AS a ORDER BY number
    ) AS l;
    IF (SELECT reltuples >= 1000 FROM pg_class WHERE oid = 'public.inspections'::regclass) THEN
        RETURN QUERY SELECT * FROM requests_past(
            common_owner, keys, roles, key_of, idempotency, inspections, wanted_assets, days, duties, scales, grades,
            corrected);
    ELSE
        -- A plan made while the table is nearly empty may look through the wrong index, and would be kept.
        RETURN QUERY EXECUTE
            'SELECT * FROM requests_past($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)'
            USING common_owner, keys, roles, key_of, idempotency, inspections, wanted_assets, days, duties, scales,
            grades, corrected;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION enter_together(
    uuid[], bytea[], date, integer[], text[], uuid[], uuid[], date[], text[], text[], text[], uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter_together(
    uuid[], bytea[], date, integer[], text[], uuid[], uuid[], date[], text[], text[], text[], uuid[]) TO gunmane_app;

DROP FUNCTION asset_past(uuid, uuid, uuid);

-- Few inspections correct another: an index of those alone costs the others nothing, and stays small to look into.
ALTER TABLE inspections DROP CONSTRAINT inspections_supersedes_once;
CREATE UNIQUE INDEX inspections_supersedes_once ON inspections (owner_id, supersedes) WHERE supersedes IS NOT NULL;

-- Rows come in the order of these times, so that ranges of pages say enough; no entry for each row is kept.
DROP INDEX inspections_recent;
CREATE INDEX inspections_recent ON inspections USING brin (recorded_at);
DROP INDEX idempotency_keys_age;
CREATE INDEX idempotency_keys_age ON idempotency_keys USING brin (created_at);

-- Room on each page for the next grade of its assets, so that a change needs no new index entry.
ALTER TABLE conditions SET (fillfactor = 80);
