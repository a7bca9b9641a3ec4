-- Tells whether all of several keys may log inspections for one owner, and lets the transaction speak for that owner,
-- and for nobody else; with any other key among them it does nothing and says false. What regions and consents open is
-- not needed to write, so it is not looked up.
CREATE FUNCTION write_for(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[])
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
DECLARE
    own text;
BEGIN
    IF cardinality(wanted_keys) IS DISTINCT FROM (
        SELECT count(*) FROM unnest(wanted_keys, wanted_sha256) AS w (key_id, secret_sha256)
        JOIN LATERAL (
            SELECT FROM public.api_keys AS a
            WHERE a.owner_id = wanted_owner AND a.key_id = w.key_id AND a.secret_sha256 = w.secret_sha256
                AND a.role = ANY (allowed) AND a.revoked_at IS NULL
                AND (a.expires_at IS NULL OR a.expires_at > now())
            LIMIT 1
        ) AS k ON true
    ) THEN
        RETURN false;
    END IF;
    own := set_config('gm.own', wanted_owner::text, true);
    own := set_config('gm.write', wanted_owner::text, true);
    RETURN set_config('gm.full', '', true) = '';
END
$$;
REVOKE ALL ON FUNCTION write_for(uuid, uuid[], bytea[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION write_for(uuid, uuid[], bytea[], text[]) TO gunmane_app;
GRANT CREATE ON SCHEMA public TO gunmane_auth;
ALTER FUNCTION write_for(uuid, uuid[], bytea[], text[]) OWNER TO gunmane_auth;
REVOKE CREATE ON SCHEMA public FROM gunmane_auth;

-- Logs those of several inspections of different assets that raise no doubt whatever else is known of their assets:
-- the keys hold, the asset is of a class that the scale is for and is old enough, was graded on that scale on an
-- earlier day with one of the grades `before`, and has no inspection of the same day. The others it leaves alone; they
-- are looked at one by one (`enter_together`). An identifier or an idempotency key that is taken is an error. Everything
-- under the locks that logging takes anywhere. `classes` and `before` are words between bars; an answer is kept as
-- `heads`, the asset's class, `tails`. `steady`: whether the tables have rows enough for a plan that is to last; one
-- made while they are nearly empty may look through the wrong index. Returns the numbers, from 1, of those that were
-- logged, and their assets' classes. Runs with the caller's rights, so row-level security binds.
CREATE FUNCTION log_plain(
    wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[], steady boolean, at timestamptz,
    key_of integer[], idempotency text[], requests bytea[], ids uuid[], wanted_assets uuid[], days date[], duties text[],
    scales text[], grades text[], findings text[], inspectors text[], notes text[], origins text[], classes text[],
    before text[], answered smallint, headers text[], heads bytea[], tails bytea[],
    OUT logged integer[], OUT logged_classes text[]
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
    mode text;
BEGIN
    IF NOT public.write_for(wanted_owner, wanted_keys, wanted_sha256, allowed) THEN
        RETURN;
    END IF;
    mode := set_config('plan_cache_mode', CASE WHEN steady THEN 'force_generic_plan' ELSE 'force_custom_plan' END, true);
    PERFORM CASE l.kind WHEN 2 THEN pg_advisory_xact_lock_shared(l.number) ELSE pg_advisory_xact_lock(l.number) END
    FROM (
        SELECT 1 AS kind, hashtextextended(wanted_keys[t.k]::text || ':' || t.word, 0) AS number
        FROM unnest(key_of, idempotency) AS t (k, word) WHERE t.word IS NOT NULL
        UNION ALL SELECT 2, hashtextextended(wanted_owner::text, 2)
        UNION ALL SELECT 3, hashtextextended(a::text, 1) FROM unnest(wanted_assets) AS a
        ORDER BY 1, 2
    ) AS l;
    WITH moved AS (
        UPDATE conditions AS c SET
            scale = w.scale, grade = w.grade, inspected_on = w.day, inspection_id = w.inspection_id
        FROM unnest(key_of, idempotency, requests, ids, wanted_assets, days, duties, scales, grades, findings,
            inspectors, notes, origins, classes, before, headers, heads, tails) WITH ORDINALITY
            AS w (k, idempotency, request_sha256, inspection_id, asset_id, day, duty, scale, grade, findings,
                inspector, notes, origin, classes, before, headers, head, tail, n)
        JOIN LATERAL (
            SELECT s.asset_class, s.built_year, s.built_on FROM assets AS s
            WHERE s.owner_id = wanted_owner AND s.asset_id = w.asset_id LIMIT 1
        ) AS a ON true
        WHERE c.owner_id = wanted_owner AND c.asset_id = w.asset_id AND c.scale = w.scale AND c.inspected_on < w.day
            AND strpos(w.before, '|' || c.grade || '|') > 0
            AND strpos(w.classes, '|' || a.asset_class || '|') > 0
            AND (a.built_year IS NULL OR a.built_year < date_part('year', w.day))
            AND (a.built_on IS NULL OR a.built_on <= w.day)
            AND NOT EXISTS (
                SELECT FROM inspections AS i
                WHERE i.owner_id = wanted_owner AND i.asset_id = w.asset_id AND i.inspected_on = w.day)
        RETURNING w.*, a.asset_class
    ), entered AS (
        INSERT INTO inspections (owner_id, inspection_id, asset_id, asset_class, inspected_on, duty, scale, grade,
            findings, inspector, notes, origin, recorded_at, recorded_by)
        SELECT wanted_owner, inspection_id, asset_id, asset_class, day, duty, scale, grade, findings::jsonb, inspector,
            notes, origin, at, wanted_keys[k]
        FROM moved
    ), kept AS (
        INSERT INTO idempotency_keys (owner_id, key_id, idempotency_key, request_sha256, status, headers, body)
        SELECT wanted_owner, wanted_keys[k], idempotency, request_sha256, answered, headers::jsonb,
            head || convert_to(asset_class, 'UTF8') || tail
        FROM moved WHERE idempotency IS NOT NULL
    )
    SELECT array_agg(m.n::integer), array_agg(m.asset_class) INTO logged, logged_classes FROM moved AS m;
END
$$;
REVOKE ALL ON FUNCTION log_plain(
    uuid, uuid[], bytea[], text[], boolean, timestamptz, integer[], text[], bytea[], uuid[], uuid[], date[], text[],
    text[], text[], text[], text[], text[], text[], text[], text[], smallint, text[], bytea[], bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_plain(
    uuid, uuid[], bytea[], text[], boolean, timestamptz, integer[], text[], bytea[], uuid[], uuid[], date[], text[],
    text[], text[], text[], text[], text[], text[], text[], text[], smallint, text[], bytea[], bytea[]) TO gunmane_app;
