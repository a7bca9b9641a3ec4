-- The schema as it is now: a dump of the migrated database (PostgreSQL 18), kept equal by tests/store/test_schema.py.
-- Read it, don't run it; `GUNMANE_WRITE_SCHEMA=1 pytest tests/store/test_schema.py` writes it anew.
CREATE TYPE public.plain_inspection AS (
	k integer,
	idempotency text,
	request_sha256 bytea,
	inspection_id uuid,
	asset_id uuid,
	day date,
	duty text,
	scale text,
	grade text,
	findings text,
	inspector text,
	notes text,
	origin text,
	classes text,
	before text,
	headers text,
	head bytea,
	tail bytea
);
ALTER TYPE public.plain_inspection OWNER TO postgres;
CREATE FUNCTION public.authenticate(wanted_key uuid, wanted_sha256 bytea, today date) RETURNS TABLE(key_id uuid, owner_id uuid, role text, purpose text, regions uuid[])
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$
#variable_conflict use_column
DECLARE
    k api_keys%ROWTYPE;
    my_regions uuid[];
    known uuid[];
    pairs_full text;
    pairs_condition text;
    pairs_tally text;
BEGIN
    SELECT * INTO k FROM api_keys AS a
    WHERE a.key_id = wanted_key AND a.secret_sha256 = wanted_sha256 AND a.revoked_at IS NULL
        AND (a.expires_at IS NULL OR a.expires_at > now());
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT array_agg(DISTINCT m.region_id) INTO my_regions FROM region_members AS m
    WHERE m.owner_id = k.owner_id AND m.joined_on <= today AND (m.left_on IS NULL OR m.left_on > today);
    IF my_regions IS NOT NULL THEN
        SELECT array_agg(DISTINCT m.owner_id) INTO known FROM region_members AS m
        WHERE m.region_id = ANY (my_regions) AND m.joined_on <= today AND (m.left_on IS NULL OR m.left_on > today);
        SELECT
            string_agg(c.owner_id || ':' || c.asset_class, ',') FILTER (WHERE c.level = 'full'),
            string_agg(c.owner_id || ':' || c.asset_class, ',') FILTER (WHERE c.level = 'condition'),
            string_agg(c.owner_id || ':' || c.asset_class, ',')
        INTO pairs_full, pairs_condition, pairs_tally
        FROM consents AS c
        WHERE c.region_id = ANY (my_regions) AND c.owner_id = ANY (known) AND c.owner_id <> k.owner_id
            AND c.revoked_at IS NULL AND c.valid_from <= today AND (c.valid_to IS NULL OR c.valid_to >= today);
    END IF;
    PERFORM
        set_config('gm.own', k.owner_id::text, true),
        set_config('gm.write', CASE WHEN k.role IN ('engineer', 'planner', 'scheduler', 'administrator')
            THEN k.owner_id::text ELSE '' END, true),
        set_config('gm.full', coalesce(pairs_full, ''), true),
        set_config('gm.condition', coalesce(pairs_condition, ''), true),
        set_config('gm.tally', coalesce(pairs_tally, ''), true),
        set_config('gm.known', coalesce(array_to_string(known, ','), ''), true),
        set_config('gm.regions', coalesce(array_to_string(my_regions, ','), ''), true),
        set_config('gm.plan', CASE WHEN k.role IN ('planner', 'scheduler', 'administrator')
            THEN coalesce(array_to_string(my_regions, ','), '') ELSE '' END, true);
    RETURN QUERY SELECT k.key_id, k.owner_id, k.role, k.purpose, coalesce(my_regions, '{}');
END
$$;
ALTER FUNCTION public.authenticate(wanted_key uuid, wanted_sha256 bytea, today date) OWNER TO gunmane_auth;
CREATE FUNCTION public.copy_from_asset() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public'
    AS $$
BEGIN
    SELECT a.status, a.municipality_code, a.place, a.bounds
    INTO NEW.status, NEW.municipality_code, NEW.place, NEW.bounds
    FROM public.assets AS a WHERE a.owner_id = NEW.owner_id AND a.asset_id = NEW.asset_id;
    RETURN NEW;
END
$$;
ALTER FUNCTION public.copy_from_asset() OWNER TO postgres;
CREATE FUNCTION public.copy_to_risks() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public'
    AS $$
BEGIN
    UPDATE public.risks AS r SET status = NEW.status, municipality_code = NEW.municipality_code, place = NEW.place,
        bounds = NEW.bounds
    WHERE r.owner_id = NEW.owner_id AND r.asset_id = NEW.asset_id;
    IF NOT FOUND THEN
        UPDATE public.risks AS r SET status = NEW.status, municipality_code = NEW.municipality_code, place = NEW.place,
            bounds = NEW.bounds
        WHERE r.owner_id = NEW.owner_id AND r.asset_id = NEW.asset_id;
    END IF;
    RETURN NULL;
END
$$;
ALTER FUNCTION public.copy_to_risks() OWNER TO postgres;
CREATE FUNCTION public.enter(wanted_key uuid, wanted_sha256 bytea, today date, wanted_idempotency text) RETURNS TABLE(key_id uuid, owner_id uuid, role text, purpose text, regions uuid[], request_sha256 bytea, status smallint, headers jsonb, body bytea)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public'
    SET enable_seqscan TO 'off'
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
ALTER FUNCTION public.enter(wanted_key uuid, wanted_sha256 bytea, today date, wanted_idempotency text) OWNER TO postgres;
CREATE FUNCTION public.enter_together(wanted_keys uuid[], wanted_sha256 bytea[], today date, key_of integer[], idempotency text[], inspections uuid[], wanted_assets uuid[], days date[], duties text[], scales text[], grades text[], corrected uuid[]) RETURNS TABLE(key_id uuid, owner_id uuid, role text, request_sha256 bytea, status smallint, headers jsonb, body bytea, asset_class text, built_year smallint, built_on date, built_precision text, same_day uuid, before_on date, before_grade text, mended_on date, taken boolean, corrects boolean)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $_$
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
$_$;
ALTER FUNCTION public.enter_together(wanted_keys uuid[], wanted_sha256 bytea[], today date, key_of integer[], idempotency text[], inspections uuid[], wanted_assets uuid[], days date[], duties text[], scales text[], grades text[], corrected uuid[]) OWNER TO postgres;
CREATE FUNCTION public.find_words(wanted_owners uuid[], wanted integer[], most integer) RETURNS TABLE(owner_id uuid, asset_id uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    SET enable_seqscan TO 'off'
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
ALTER FUNCTION public.find_words(wanted_owners uuid[], wanted integer[], most integer) OWNER TO gunmane_auth;
CREATE FUNCTION public.inspection_past(wanted_owner uuid, wanted_inspection uuid, wanted_asset uuid, wanted_day date, wanted_duty text, wanted_scale text, wanted_grade text, corrected uuid) RETURNS TABLE(asset_class text, built_year smallint, built_on date, built_precision text, same_day uuid, before_on date, before_grade text, mended_on date, taken boolean, corrects boolean)
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
ALTER FUNCTION public.inspection_past(wanted_owner uuid, wanted_inspection uuid, wanted_asset uuid, wanted_day date, wanted_duty text, wanted_scale text, wanted_grade text, corrected uuid) OWNER TO postgres;
CREATE FUNCTION public.link_secret(wanted_owner uuid) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$ SELECT k.secret FROM signing_keys AS k WHERE k.owner_id = wanted_owner $$;
ALTER FUNCTION public.link_secret(wanted_owner uuid) OWNER TO gunmane_auth;
CREATE FUNCTION public.log_plain(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[], steady boolean, at timestamp with time zone, answered smallint, wanted public.plain_inspection[], OUT logged integer[], OUT logged_classes text[]) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_bitmapscan TO 'off'
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
        SELECT 1 AS kind, hashtextextended(wanted_keys[t.k]::text || ':' || t.idempotency, 0) AS number
        FROM unnest(wanted) AS t WHERE t.idempotency IS NOT NULL
        UNION ALL SELECT 2, hashtextextended(wanted_owner::text, 2)
        UNION ALL SELECT 3, hashtextextended(a.asset_id::text, 1) FROM unnest(wanted) AS a
        ORDER BY 1, 2
    ) AS l;
    WITH moved AS (
        UPDATE conditions AS c SET
            scale = w.scale, grade = w.grade, inspected_on = w.day, inspection_id = w.inspection_id
        FROM unnest(wanted) WITH ORDINALITY
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
ALTER FUNCTION public.log_plain(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[], steady boolean, at timestamp with time zone, answered smallint, wanted public.plain_inspection[], OUT logged integer[], OUT logged_classes text[]) OWNER TO postgres;
CREATE FUNCTION public.log_plain(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[], steady boolean, at timestamp with time zone, key_of integer[], idempotency text[], requests bytea[], ids uuid[], wanted_assets uuid[], days date[], duties text[], scales text[], grades text[], findings text[], inspectors text[], notes text[], origins text[], classes text[], before text[], answered smallint, headers text[], heads bytea[], tails bytea[], OUT logged integer[], OUT logged_classes text[]) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_bitmapscan TO 'off'
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
ALTER FUNCTION public.log_plain(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[], steady boolean, at timestamp with time zone, key_of integer[], idempotency text[], requests bytea[], ids uuid[], wanted_assets uuid[], days date[], duties text[], scales text[], grades text[], findings text[], inspectors text[], notes text[], origins text[], classes text[], before text[], answered smallint, headers text[], heads bytea[], tails bytea[], OUT logged integer[], OUT logged_classes text[]) OWNER TO postgres;
CREATE FUNCTION public.open_feed(wanted_feed uuid, wanted_sha256 bytea) RETURNS TABLE(owner_id uuid, feed_id uuid, kind text, name text, engineers text[], asset_classes text[], language text, created_at timestamp with time zone, revoked_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$
#variable_conflict use_column
DECLARE
    f feeds%ROWTYPE;
BEGIN
    SELECT * INTO f FROM feeds AS one
    WHERE one.feed_id = wanted_feed AND one.secret_sha256 = wanted_sha256 AND one.revoked_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM set_config('gm.own', f.owner_id::text, true), set_config('gm.write', '', true);
    RETURN QUERY SELECT f.owner_id, f.feed_id, f.kind, f.name, f.engineers, f.asset_classes, f.language, f.created_at,
        f.revoked_at;
END
$$;
ALTER FUNCTION public.open_feed(wanted_feed uuid, wanted_sha256 bytea) OWNER TO gunmane_auth;
CREATE FUNCTION public.outbox_owners(wanted_channel text, most integer) RETURNS TABLE(owner_id uuid)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$
    SELECT DISTINCT w.owner_id
    FROM (
        SELECT m.owner_id FROM messages AS m
        WHERE m.state = 'waiting' AND m.channel = wanted_channel AND m.ready_at <= now()
        ORDER BY m.ready_at LIMIT most
    ) AS w
$$;
ALTER FUNCTION public.outbox_owners(wanted_channel text, most integer) OWNER TO gunmane_auth;
CREATE FUNCTION public.owner_of(wanted_code text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$ SELECT owner_id FROM owners WHERE code = wanted_code $$;
ALTER FUNCTION public.owner_of(wanted_code text) OWNER TO gunmane_auth;
CREATE FUNCTION public.place_ranges(wanted box) RETURNS TABLE(low bigint, high bigint)
    LANGUAGE sql IMMUTABLE ROWS 20 PARALLEL SAFE
    AS $$
    SELECT
        strip * 67108864 + floor(greatest((wanted[1])[0] + 180 - 0.005, 0) * 100000)::bigint,
        strip * 67108864 + floor(least((wanted[0])[0] + 180 + 0.005, 360) * 100000)::bigint
    FROM generate_series(
        floor(((wanted[1])[1] + 90 - 0.005) / 0.005)::bigint,
        floor(((wanted[0])[1] + 90 + 0.005) / 0.005)::bigint
    ) AS strip
    UNION ALL
    SELECT -1::bigint, -1::bigint
$$;
ALTER FUNCTION public.place_ranges(wanted box) OWNER TO postgres;
CREATE FUNCTION public.planning_regions() RETURNS TABLE(region_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$
    SELECT j.region_id FROM plan_jobs AS j
    WHERE j.state = 'queued' OR (j.state = 'running' AND j.lease_until < now())
    ORDER BY j.requested_at
$$;
ALTER FUNCTION public.planning_regions() OWNER TO gunmane_auth;
CREATE FUNCTION public.refresh_statistics() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$
BEGIN
    ANALYZE assets, asset_numbers, inspections, repairs, conditions, risks, due_items, tallies, cells;
END
$$;
ALTER FUNCTION public.refresh_statistics() OWNER TO postgres;
CREATE FUNCTION public.regions_of(wanted_owner uuid, today date) RETURNS TABLE(region_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$
    SELECT DISTINCT m.region_id FROM region_members AS m
    WHERE m.owner_id = wanted_owner AND m.joined_on <= today AND (m.left_on IS NULL OR m.left_on > today)
$$;
ALTER FUNCTION public.regions_of(wanted_owner uuid, today date) OWNER TO gunmane_auth;
CREATE FUNCTION public.reminding_owners() RETURNS TABLE(owner_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$
    SELECT r.owner_id FROM recipients AS r WHERE r.removed_at IS NULL
    UNION
    SELECT f.owner_id FROM feeds AS f WHERE f.revoked_at IS NULL
    ORDER BY 1
$$;
ALTER FUNCTION public.reminding_owners() OWNER TO gunmane_auth;
CREATE FUNCTION public.requests_past(wanted_owner uuid, keys uuid[], roles text[], key_of integer[], idempotency text[], inspections uuid[], assets uuid[], days date[], duties text[], scales text[], grades text[], corrected uuid[]) RETURNS TABLE(key_id uuid, owner_id uuid, role text, request_sha256 bytea, status smallint, headers jsonb, body bytea, asset_class text, built_year smallint, built_on date, built_precision text, same_day uuid, before_on date, before_grade text, mended_on date, taken boolean, corrects boolean)
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
ALTER FUNCTION public.requests_past(wanted_owner uuid, keys uuid[], roles text[], key_of integer[], idempotency text[], inspections uuid[], assets uuid[], days date[], duties text[], scales text[], grades text[], corrected uuid[]) OWNER TO postgres;
CREATE FUNCTION public.unworded_owners() RETURNS TABLE(owner_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$
    SELECT o.owner_id FROM owners AS o LEFT JOIN asset_word_marks AS m ON m.owner_id = o.owner_id
    WHERE m.owner_id IS NULL OR m.written <> m.worded
    ORDER BY 1
$$;
ALTER FUNCTION public.unworded_owners() OWNER TO gunmane_auth;
CREATE FUNCTION public.write_for(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[]) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    SET plan_cache_mode TO 'force_generic_plan'
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
ALTER FUNCTION public.write_for(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[]) OWNER TO gunmane_auth;
CREATE TABLE public.api_keys (
    owner_id uuid NOT NULL,
    key_id uuid NOT NULL,
    secret_sha256 bytea NOT NULL,
    role text NOT NULL,
    purpose text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT api_keys_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'engineer'::text, 'planner'::text, 'scheduler'::text, 'administrator'::text]))),
    CONSTRAINT api_keys_secret_length CHECK ((octet_length(secret_sha256) = 32))
);
ALTER TABLE ONLY public.api_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE public.api_keys OWNER TO postgres;
CREATE TABLE public.asset_history (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    number text NOT NULL,
    name text,
    built_year smallint,
    built_on date,
    built_precision text NOT NULL,
    municipality_code text,
    route text,
    length_m double precision,
    width_m double precision,
    area_m2 double precision,
    diameter_mm integer,
    depth_m double precision,
    material text,
    material_text text,
    attributes jsonb,
    geometry bytea,
    bounds box,
    status text NOT NULL,
    origin text NOT NULL,
    flags text[] NOT NULL,
    ledger_id uuid,
    ledger_row bigint,
    revision integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    recorded_by uuid,
    superseded_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.asset_history FORCE ROW LEVEL SECURITY;
ALTER TABLE public.asset_history OWNER TO postgres;
CREATE TABLE public.asset_numbers (
    owner_id uuid NOT NULL,
    asset_class text NOT NULL,
    scheme text NOT NULL,
    number text NOT NULL,
    asset_id uuid NOT NULL
);
ALTER TABLE ONLY public.asset_numbers FORCE ROW LEVEL SECURITY;
ALTER TABLE public.asset_numbers OWNER TO postgres;
CREATE TABLE public.asset_word_marks (
    owner_id uuid NOT NULL,
    written bigint NOT NULL,
    worded bigint NOT NULL
);
ALTER TABLE ONLY public.asset_word_marks FORCE ROW LEVEL SECURITY;
ALTER TABLE public.asset_word_marks OWNER TO postgres;
CREATE TABLE public.asset_words (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    revision integer NOT NULL,
    grams integer[] NOT NULL
);
ALTER TABLE ONLY public.asset_words FORCE ROW LEVEL SECURITY;
ALTER TABLE public.asset_words OWNER TO postgres;
CREATE TABLE public.assets (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    number text NOT NULL,
    name text,
    built_year smallint,
    built_on date,
    built_precision text DEFAULT 'unknown'::text NOT NULL,
    municipality_code text,
    route text,
    length_m double precision,
    width_m double precision,
    area_m2 double precision,
    diameter_mm integer,
    depth_m double precision,
    material text,
    material_text text,
    attributes jsonb,
    geometry bytea,
    bounds box,
    status text DEFAULT 'in_service'::text NOT NULL,
    origin text NOT NULL,
    flags text[] DEFAULT '{}'::text[] NOT NULL,
    ledger_id uuid,
    ledger_row bigint,
    revision integer DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    recorded_by uuid,
    place bigint GENERATED ALWAYS AS (
CASE
    WHEN (GREATEST(width(bounds), height(bounds)) > (0.01)::double precision) THEN ('-1'::integer)::bigint
    ELSE (((floor((((center(bounds))[1] + (90)::double precision) / (0.005)::double precision)))::bigint * 67108864) + (floor((((center(bounds))[0] + (180)::double precision) * (100000)::double precision)))::bigint)
END) STORED,
    CONSTRAINT assets_asset_class_check CHECK ((asset_class = ANY (ARRAY['bridge'::text, 'tunnel'::text, 'road_structure'::text, 'pavement'::text, 'sewer_pipe'::text, 'manhole'::text, 'water_pipe'::text, 'septic'::text, 'treatment_plant'::text]))),
    CONSTRAINT assets_built_precision_check CHECK ((built_precision = ANY (ARRAY['day'::text, 'month'::text, 'year'::text, 'fiscal_year'::text, 'about'::text, 'unknown'::text]))),
    CONSTRAINT assets_built_year_known CHECK (((built_year IS NULL) = (built_precision = 'unknown'::text))),
    CONSTRAINT assets_status_check CHECK ((status = ANY (ARRAY['in_service'::text, 'suspended'::text, 'closed'::text, 'abolished'::text, 'missing'::text])))
);
ALTER TABLE ONLY public.assets FORCE ROW LEVEL SECURITY;
ALTER TABLE public.assets OWNER TO postgres;
CREATE TABLE public.cells (
    owner_id uuid NOT NULL,
    asset_class text NOT NULL,
    level smallint NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    band smallint NOT NULL,
    n integer NOT NULL,
    loss_yen_per_year double precision NOT NULL,
    CONSTRAINT cells_band_check CHECK (((band >= 0) AND (band <= 5))),
    CONSTRAINT cells_level_check CHECK (((level >= 0) AND (level <= 24)))
);
ALTER TABLE ONLY public.cells FORCE ROW LEVEL SECURITY;
ALTER TABLE public.cells OWNER TO postgres;
CREATE TABLE public.conditions (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    scale text NOT NULL,
    grade text NOT NULL,
    inspected_on date NOT NULL,
    inspection_id uuid NOT NULL
)
WITH (fillfactor='80');
ALTER TABLE ONLY public.conditions FORCE ROW LEVEL SECURITY;
ALTER TABLE public.conditions OWNER TO postgres;
CREATE TABLE public.consents (
    owner_id uuid NOT NULL,
    consent_id uuid NOT NULL,
    region_id uuid NOT NULL,
    asset_class text NOT NULL,
    level text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    granted_by text NOT NULL,
    granted_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT consents_dates CHECK ((valid_to >= valid_from)),
    CONSTRAINT consents_level_check CHECK ((level = ANY (ARRAY['aggregate'::text, 'condition'::text, 'full'::text])))
);
ALTER TABLE ONLY public.consents FORCE ROW LEVEL SECURITY;
ALTER TABLE public.consents OWNER TO postgres;
CREATE TABLE public.done_reports (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    duty text NOT NULL,
    due date NOT NULL,
    recipient_id uuid NOT NULL,
    reported_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.done_reports FORCE ROW LEVEL SECURITY;
ALTER TABLE public.done_reports OWNER TO postgres;
CREATE TABLE public.due_items (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    duty text NOT NULL,
    state text NOT NULL,
    window_open date,
    due_soft date,
    due date,
    anchor_on date,
    rule text NOT NULL,
    basis text,
    reason_ja text,
    reason_en text,
    planned_month date,
    engineer text,
    run_id uuid NOT NULL,
    CONSTRAINT due_items_state_check CHECK ((state = ANY (ARRAY['due'::text, 'in_window'::text, 'overdue'::text, 'done'::text, 'waived'::text, 'suspended'::text, 'unknown_anchor'::text])))
);
ALTER TABLE ONLY public.due_items FORCE ROW LEVEL SECURITY;
ALTER TABLE public.due_items OWNER TO postgres;
CREATE TABLE public.feed_entries (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    duty text NOT NULL,
    kind text NOT NULL,
    asset_class text NOT NULL,
    day date NOT NULL,
    starts time without time zone,
    minutes integer,
    engineer text DEFAULT ''::text NOT NULL,
    sequence integer NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    cancelled boolean NOT NULL,
    label text DEFAULT ''::text NOT NULL,
    elsewhere boolean DEFAULT false NOT NULL,
    CONSTRAINT feed_entries_kind_check CHECK ((kind = ANY (ARRAY['due'::text, 'visit'::text])))
);
ALTER TABLE ONLY public.feed_entries FORCE ROW LEVEL SECURITY;
ALTER TABLE public.feed_entries OWNER TO postgres;
CREATE TABLE public.feeds (
    owner_id uuid NOT NULL,
    feed_id uuid NOT NULL,
    secret_sha256 bytea NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    engineers text[] DEFAULT '{}'::text[] NOT NULL,
    asset_classes text[] DEFAULT '{}'::text[] NOT NULL,
    language text DEFAULT 'ja'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT feeds_kind_check CHECK ((kind = ANY (ARRAY['engineer'::text, 'team'::text, 'owner'::text]))),
    CONSTRAINT feeds_language_check CHECK ((language = ANY (ARRAY['ja'::text, 'en'::text]))),
    CONSTRAINT feeds_secret_length CHECK ((octet_length(secret_sha256) = 32))
);
ALTER TABLE ONLY public.feeds FORCE ROW LEVEL SECURITY;
ALTER TABLE public.feeds OWNER TO postgres;
CREATE TABLE public.forecast_models (
    region_id uuid NOT NULL,
    run_id uuid NOT NULL,
    asset_class text NOT NULL,
    scale text NOT NULL,
    model_id uuid NOT NULL,
    adopted boolean NOT NULL
);
ALTER TABLE ONLY public.forecast_models FORCE ROW LEVEL SECURITY;
ALTER TABLE public.forecast_models OWNER TO postgres;
CREATE TABLE public.idempotency_keys (
    owner_id uuid NOT NULL,
    key_id uuid NOT NULL,
    idempotency_key text NOT NULL,
    request_sha256 bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb DEFAULT '{}'::jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.idempotency_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE public.idempotency_keys OWNER TO postgres;
CREATE TABLE public.inspections (
    owner_id uuid NOT NULL,
    inspection_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    inspected_on date NOT NULL,
    date_precision text DEFAULT 'day'::text NOT NULL,
    duty text,
    scale text,
    grade text,
    findings jsonb DEFAULT '{}'::jsonb NOT NULL,
    inspector text,
    notes text,
    supersedes uuid,
    flags text[] DEFAULT '{}'::text[] NOT NULL,
    origin text NOT NULL,
    ledger_id uuid,
    ledger_row bigint,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    recorded_by uuid,
    CONSTRAINT inspections_date_precision_check CHECK ((date_precision = ANY (ARRAY['day'::text, 'month'::text, 'year'::text, 'fiscal_year'::text]))),
    CONSTRAINT inspections_grade_has_scale CHECK (((grade IS NULL) OR (scale IS NOT NULL)))
);
ALTER TABLE ONLY public.inspections FORCE ROW LEVEL SECURITY;
ALTER TABLE public.inspections OWNER TO postgres;
CREATE TABLE public.ladders (
    owner_id uuid NOT NULL,
    ladder_id uuid NOT NULL,
    role text NOT NULL,
    duty text NOT NULL,
    before integer[] NOT NULL,
    overdue_first integer,
    overdue_every integer NOT NULL,
    overdue_last integer NOT NULL,
    optional boolean NOT NULL,
    source text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.ladders FORCE ROW LEVEL SECURITY;
ALTER TABLE public.ladders OWNER TO postgres;
CREATE TABLE public.ledgers (
    owner_id uuid NOT NULL,
    ledger_id uuid NOT NULL,
    path text NOT NULL,
    asset_class text NOT NULL,
    content text DEFAULT 'assets'::text NOT NULL,
    sha256 bytea NOT NULL,
    as_of date,
    encoding text,
    crs integer,
    mapping jsonb DEFAULT '{}'::jsonb NOT NULL,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
    rows_read bigint NOT NULL,
    rows_new bigint NOT NULL,
    rows_changed bigint NOT NULL,
    rows_unchanged bigint NOT NULL,
    rows_missing bigint NOT NULL,
    rows_rejected bigint NOT NULL,
    rows_flagged bigint NOT NULL,
    origin text NOT NULL,
    imported_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ledgers_content_check CHECK ((content = ANY (ARRAY['assets'::text, 'inspections'::text, 'repairs'::text])))
);
ALTER TABLE ONLY public.ledgers FORCE ROW LEVEL SECURITY;
ALTER TABLE public.ledgers OWNER TO postgres;
CREATE TABLE public.messages (
    owner_id uuid NOT NULL,
    message_id uuid NOT NULL,
    key text NOT NULL,
    recipient_id uuid NOT NULL,
    channel text NOT NULL,
    language text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    unsubscribe_url text,
    items jsonb NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    ready_at timestamp with time zone NOT NULL,
    claim uuid,
    attempts integer DEFAULT 0 NOT NULL,
    resent integer DEFAULT 0 NOT NULL,
    last_error text,
    last_tried_at timestamp with time zone,
    sent_at timestamp with time zone,
    acknowledged_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT messages_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'webhook'::text, 'letter'::text]))),
    CONSTRAINT messages_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'dead'::text, 'bounced'::text, 'cancelled'::text])))
);
ALTER TABLE ONLY public.messages FORCE ROW LEVEL SECURITY;
ALTER TABLE public.messages OWNER TO postgres;
CREATE TABLE public.model_decisions (
    region_id uuid NOT NULL,
    decision_id uuid NOT NULL,
    model_id uuid NOT NULL,
    state text NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    decided_by text NOT NULL,
    reason text NOT NULL,
    key_id uuid,
    CONSTRAINT model_decisions_state_check CHECK ((state = ANY (ARRAY['adopted'::text, 'retired'::text])))
);
ALTER TABLE ONLY public.model_decisions FORCE ROW LEVEL SECURITY;
ALTER TABLE public.model_decisions OWNER TO postgres;
CREATE TABLE public.model_owners (
    owner_id uuid NOT NULL,
    region_id uuid NOT NULL,
    model_id uuid NOT NULL,
    asset_class text NOT NULL,
    card jsonb NOT NULL,
    fit jsonb NOT NULL,
    forecast jsonb NOT NULL
);
ALTER TABLE ONLY public.model_owners FORCE ROW LEVEL SECURITY;
ALTER TABLE public.model_owners OWNER TO postgres;
CREATE TABLE public.models (
    region_id uuid NOT NULL,
    run_id uuid NOT NULL,
    asset_class text NOT NULL,
    scale text NOT NULL,
    card jsonb NOT NULL,
    adopted_at timestamp with time zone,
    adopted_by text,
    model_id uuid DEFAULT gen_random_uuid() NOT NULL,
    state text DEFAULT 'proposed'::text NOT NULL,
    fit jsonb,
    digest text,
    proposed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT models_state_check CHECK ((state = ANY (ARRAY['proposed'::text, 'adopted'::text, 'retired'::text])))
);
ALTER TABLE ONLY public.models FORCE ROW LEVEL SECURITY;
ALTER TABLE public.models OWNER TO postgres;
CREATE TABLE public.owners (
    owner_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    population integer,
    area_km2 double precision,
    engineers jsonb DEFAULT '{}'::jsonb NOT NULL,
    origin text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT owners_area_km2_check CHECK ((area_km2 > (0)::double precision)),
    CONSTRAINT owners_kind_check CHECK ((kind = ANY (ARRAY['municipality'::text, 'prefecture'::text, 'utility'::text, 'union'::text]))),
    CONSTRAINT owners_population_check CHECK ((population >= 0))
);
ALTER TABLE ONLY public.owners FORCE ROW LEVEL SECURITY;
ALTER TABLE public.owners OWNER TO postgres;
CREATE TABLE public.photos (
    owner_id uuid NOT NULL,
    inspection_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    media_type text,
    content bytea,
    received_at timestamp with time zone,
    CONSTRAINT photos_sha256_check CHECK ((octet_length(sha256) = 32))
);
ALTER TABLE ONLY public.photos FORCE ROW LEVEL SECURITY;
ALTER TABLE public.photos OWNER TO postgres;
CREATE TABLE public.plan_comments (
    region_id uuid NOT NULL,
    comment_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    code text NOT NULL,
    owner_id uuid NOT NULL,
    body text NOT NULL,
    author text NOT NULL,
    key_id uuid NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.plan_comments FORCE ROW LEVEL SECURITY;
ALTER TABLE public.plan_comments OWNER TO postgres;
CREATE TABLE public.plan_decisions (
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
    recorded_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.plan_decisions FORCE ROW LEVEL SECURITY;
ALTER TABLE public.plan_decisions OWNER TO postgres;
CREATE TABLE public.plan_jobs (
    region_id uuid NOT NULL,
    job_id uuid NOT NULL,
    as_of date NOT NULL,
    seed bigint,
    state text DEFAULT 'queued'::text NOT NULL,
    step text DEFAULT ''::text NOT NULL,
    progress real DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    claim uuid,
    lease_until timestamp with time zone,
    cancel_requested_at timestamp with time zone,
    plan_id uuid,
    error text,
    key_id uuid NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    CONSTRAINT plan_jobs_state CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
);
ALTER TABLE ONLY public.plan_jobs FORCE ROW LEVEL SECURITY;
ALTER TABLE public.plan_jobs OWNER TO postgres;
CREATE TABLE public.plan_overrides (
    region_id uuid NOT NULL,
    override_id uuid NOT NULL,
    owner text NOT NULL,
    asset_class text,
    asset_id uuid,
    code text NOT NULL,
    content jsonb NOT NULL,
    key_id uuid NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    withdrawn_by uuid
);
ALTER TABLE ONLY public.plan_overrides FORCE ROW LEVEL SECURITY;
ALTER TABLE public.plan_overrides OWNER TO postgres;
CREATE TABLE public.plans (
    region_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    run_id uuid NOT NULL,
    edition integer NOT NULL,
    status text DEFAULT 'draft'::text NOT NULL,
    as_of date NOT NULL,
    sheet jsonb NOT NULL,
    pdf bytea,
    pdf_sha256 text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    sheet_sha256 text,
    superseded_by uuid,
    CONSTRAINT plans_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'decided'::text, 'superseded'::text]))),
    CONSTRAINT plans_superseded CHECK (((status = 'superseded'::text) = (superseded_by IS NOT NULL)))
);
ALTER TABLE ONLY public.plans FORCE ROW LEVEL SECURITY;
ALTER TABLE public.plans OWNER TO postgres;
CREATE TABLE public.recipients (
    owner_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    role text NOT NULL,
    name text NOT NULL,
    language text DEFAULT 'ja'::text NOT NULL,
    email text,
    webhook_url text,
    webhook_secret text,
    letters boolean DEFAULT false NOT NULL,
    contact text,
    asset_classes text[] DEFAULT '{}'::text[] NOT NULL,
    duties text[] DEFAULT '{}'::text[] NOT NULL,
    engineer text,
    quiet_from time without time zone DEFAULT '20:00:00'::time without time zone NOT NULL,
    quiet_to time without time zone DEFAULT '08:00:00'::time without time zone NOT NULL,
    working_days boolean DEFAULT true NOT NULL,
    digest boolean DEFAULT true NOT NULL,
    unsubscribed_at timestamp with time zone,
    bounced_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    revision integer DEFAULT 1 NOT NULL,
    CONSTRAINT recipients_language_check CHECK ((language = ANY (ARRAY['ja'::text, 'en'::text]))),
    CONSTRAINT recipients_role_check CHECK ((role = ANY (ARRAY['officer'::text, 'engineer'::text, 'superior'::text, 'prefecture'::text, 'septic_owner'::text, 'copy'::text]))),
    CONSTRAINT recipients_webhook_signed CHECK (((webhook_url IS NULL) = (webhook_secret IS NULL)))
);
ALTER TABLE ONLY public.recipients FORCE ROW LEVEL SECURITY;
ALTER TABLE public.recipients OWNER TO postgres;
CREATE TABLE public.region_members (
    region_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    joined_on date NOT NULL,
    left_on date,
    CONSTRAINT region_members_dates CHECK ((left_on >= joined_on))
);
ALTER TABLE ONLY public.region_members FORCE ROW LEVEL SECURITY;
ALTER TABLE public.region_members OWNER TO postgres;
CREATE TABLE public.region_settings (
    region_id uuid NOT NULL,
    settings jsonb NOT NULL,
    roads bytea,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.region_settings FORCE ROW LEVEL SECURITY;
ALTER TABLE public.region_settings OWNER TO postgres;
CREATE TABLE public.regions (
    region_id uuid NOT NULL,
    name text NOT NULL,
    field text DEFAULT 'all'::text NOT NULL,
    origin text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.regions FORCE ROW LEVEL SECURITY;
ALTER TABLE public.regions OWNER TO postgres;
CREATE TABLE public.rejected_rows (
    owner_id uuid NOT NULL,
    ledger_id uuid NOT NULL,
    row_number bigint NOT NULL,
    cells jsonb NOT NULL,
    faults jsonb NOT NULL,
    mended_at timestamp with time zone
);
ALTER TABLE ONLY public.rejected_rows FORCE ROW LEVEL SECURITY;
ALTER TABLE public.rejected_rows OWNER TO postgres;
CREATE TABLE public.reminder_marks (
    owner_id uuid NOT NULL,
    day date,
    run_id uuid,
    made_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.reminder_marks FORCE ROW LEVEL SECURITY;
ALTER TABLE public.reminder_marks OWNER TO postgres;
CREATE TABLE public.reminder_texts (
    owner_id uuid NOT NULL,
    language text NOT NULL,
    name text NOT NULL,
    text text NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT reminder_texts_language_check CHECK ((language = ANY (ARRAY['ja'::text, 'en'::text])))
);
ALTER TABLE ONLY public.reminder_texts FORCE ROW LEVEL SECURITY;
ALTER TABLE public.reminder_texts OWNER TO postgres;
CREATE TABLE public.reminders (
    owner_id uuid NOT NULL,
    due date NOT NULL,
    duty text NOT NULL,
    asset_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    step smallint NOT NULL,
    told_at timestamp with time zone NOT NULL,
    acknowledged_at timestamp with time zone
);
ALTER TABLE ONLY public.reminders FORCE ROW LEVEL SECURITY;
ALTER TABLE public.reminders OWNER TO postgres;
CREATE TABLE public.repairs (
    owner_id uuid NOT NULL,
    repair_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    repaired_on date NOT NULL,
    kind text NOT NULL,
    cost_yen bigint,
    notes text,
    origin text NOT NULL,
    ledger_id uuid,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    recorded_by uuid,
    CONSTRAINT repairs_cost_yen_check CHECK ((cost_yen >= 0)),
    CONSTRAINT repairs_kind_check CHECK ((kind = ANY (ARRAY['repair'::text, 'rehabilitation'::text, 'replacement'::text, 'removal'::text, 'cleaning'::text])))
);
ALTER TABLE ONLY public.repairs FORCE ROW LEVEL SECURITY;
ALTER TABLE public.repairs OWNER TO postgres;
CREATE TABLE public.risks (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    asset_class text NOT NULL,
    bad_1y real,
    bad_5y real,
    bad_10y real,
    bad_5y_low real,
    bad_5y_high real,
    life_median_years real,
    life_low_years real,
    life_high_years real,
    consequence_yen double precision NOT NULL,
    loss_yen_per_year double precision NOT NULL,
    likelihood_band smallint NOT NULL,
    consequence_band smallint NOT NULL,
    reasons jsonb DEFAULT '[]'::jsonb NOT NULL,
    run_id uuid NOT NULL,
    bad_1y_low real,
    bad_1y_high real,
    bad_10y_low real,
    bad_10y_high real,
    status text,
    municipality_code text,
    place bigint,
    bounds box,
    CONSTRAINT risks_consequence_band_check CHECK (((consequence_band >= 1) AND (consequence_band <= 5))),
    CONSTRAINT risks_likelihood_band_check CHECK (((likelihood_band >= 1) AND (likelihood_band <= 5)))
);
ALTER TABLE ONLY public.risks FORCE ROW LEVEL SECURITY;
ALTER TABLE public.risks OWNER TO postgres;
CREATE TABLE public.runs (
    region_id uuid NOT NULL,
    run_id uuid NOT NULL,
    kind text NOT NULL,
    inputs_digest text NOT NULL,
    seed bigint NOT NULL,
    parameters jsonb DEFAULT '{}'::jsonb NOT NULL,
    code_version text NOT NULL,
    state text NOT NULL,
    progress real DEFAULT 0 NOT NULL,
    result jsonb,
    error text,
    requested_by uuid,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
);
ALTER TABLE ONLY public.runs FORCE ROW LEVEL SECURITY;
ALTER TABLE public.runs OWNER TO postgres;
CREATE TABLE public.schedule_changes (
    region_id uuid NOT NULL,
    schedule_id uuid NOT NULL,
    revision integer NOT NULL,
    change jsonb NOT NULL,
    key_id uuid NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.schedule_changes FORCE ROW LEVEL SECURITY;
ALTER TABLE public.schedule_changes OWNER TO postgres;
CREATE TABLE public.schedules (
    region_id uuid NOT NULL,
    schedule_id uuid NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    first_on date NOT NULL,
    last_on date NOT NULL,
    roster jsonb NOT NULL,
    plan jsonb NOT NULL,
    placed integer NOT NULL,
    left_out integer NOT NULL,
    must_left integer NOT NULL,
    key_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.schedules FORCE ROW LEVEL SECURITY;
ALTER TABLE public.schedules OWNER TO postgres;
CREATE TABLE public.septic_contacts (
    owner_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    name text,
    address text,
    phone text,
    consent_given_on date,
    origin text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.septic_contacts FORCE ROW LEVEL SECURITY;
ALTER TABLE public.septic_contacts OWNER TO postgres;
CREATE VIEW public.shared_conditions WITH (security_barrier='true') AS
 SELECT a.owner_id,
    a.asset_id,
    a.asset_class,
    a.built_year,
    a.built_precision,
    a.municipality_code,
    a.length_m,
    a.width_m,
    a.area_m2,
    a.diameter_mm,
    a.material,
    a.geometry,
    a.bounds,
    a.status,
    a.origin,
    c.scale,
    c.grade,
    c.inspected_on,
    r.bad_5y,
    r.loss_yen_per_year,
    r.likelihood_band,
    r.consequence_band,
    a.place
   FROM ((public.assets a
     LEFT JOIN public.conditions c ON (((c.owner_id = a.owner_id) AND (c.asset_id = a.asset_id))))
     LEFT JOIN public.risks r ON (((r.owner_id = a.owner_id) AND (r.asset_id = a.asset_id))))
  WHERE (a.asset_class <> 'septic'::text);
ALTER VIEW public.shared_conditions OWNER TO gunmane_share;
CREATE TABLE public.signing_keys (
    owner_id uuid NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT signing_keys_length CHECK ((octet_length(secret) = 32))
);
ALTER TABLE ONLY public.signing_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE public.signing_keys OWNER TO postgres;
CREATE TABLE public.tallies (
    owner_id uuid NOT NULL,
    asset_class text NOT NULL,
    measure text NOT NULL,
    bucket text NOT NULL,
    n bigint NOT NULL,
    amount double precision DEFAULT 0 NOT NULL,
    computed_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.tallies FORCE ROW LEVEL SECURITY;
ALTER TABLE public.tallies OWNER TO postgres;
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pk PRIMARY KEY (owner_id, key_id);
ALTER TABLE ONLY public.asset_history
    ADD CONSTRAINT asset_history_pk PRIMARY KEY (owner_id, asset_id, revision);
ALTER TABLE ONLY public.asset_numbers
    ADD CONSTRAINT asset_numbers_pk PRIMARY KEY (owner_id, asset_class, scheme, number);
ALTER TABLE ONLY public.asset_word_marks
    ADD CONSTRAINT asset_word_marks_pk PRIMARY KEY (owner_id);
ALTER TABLE ONLY public.asset_words
    ADD CONSTRAINT asset_words_pk PRIMARY KEY (owner_id, asset_id);
ALTER TABLE ONLY public.assets
    ADD CONSTRAINT assets_number_unique UNIQUE (owner_id, asset_class, number);
ALTER TABLE ONLY public.assets
    ADD CONSTRAINT assets_pk PRIMARY KEY (owner_id, asset_id);
ALTER TABLE ONLY public.cells
    ADD CONSTRAINT cells_pk PRIMARY KEY (owner_id, level, x, y, asset_class, band);
ALTER TABLE ONLY public.conditions
    ADD CONSTRAINT conditions_pk PRIMARY KEY (owner_id, asset_id);
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pk PRIMARY KEY (owner_id, consent_id);
ALTER TABLE ONLY public.done_reports
    ADD CONSTRAINT done_reports_pk PRIMARY KEY (owner_id, asset_id, duty, due);
ALTER TABLE ONLY public.due_items
    ADD CONSTRAINT due_items_pk PRIMARY KEY (owner_id, asset_id, duty);
ALTER TABLE ONLY public.feed_entries
    ADD CONSTRAINT feed_entries_pk PRIMARY KEY (owner_id, asset_id, duty, kind, engineer);
ALTER TABLE ONLY public.feeds
    ADD CONSTRAINT feeds_pk PRIMARY KEY (owner_id, feed_id);
ALTER TABLE ONLY public.forecast_models
    ADD CONSTRAINT forecast_models_pk PRIMARY KEY (region_id, run_id, asset_class, scale);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pk PRIMARY KEY (owner_id, key_id, idempotency_key);
ALTER TABLE ONLY public.inspections
    ADD CONSTRAINT inspections_pk PRIMARY KEY (owner_id, inspection_id);
ALTER TABLE ONLY public.ladders
    ADD CONSTRAINT ladders_once UNIQUE (owner_id, role, duty);
ALTER TABLE ONLY public.ladders
    ADD CONSTRAINT ladders_pk PRIMARY KEY (owner_id, ladder_id);
ALTER TABLE ONLY public.ledgers
    ADD CONSTRAINT ledgers_pk PRIMARY KEY (owner_id, ledger_id);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_once UNIQUE (owner_id, key);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pk PRIMARY KEY (owner_id, message_id);
ALTER TABLE ONLY public.model_decisions
    ADD CONSTRAINT model_decisions_pk PRIMARY KEY (region_id, decision_id);
ALTER TABLE ONLY public.model_owners
    ADD CONSTRAINT model_owners_pk PRIMARY KEY (owner_id, region_id, model_id);
ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_pk PRIMARY KEY (region_id, model_id);
ALTER TABLE ONLY public.owners
    ADD CONSTRAINT owners_code_unique UNIQUE (code);
ALTER TABLE ONLY public.owners
    ADD CONSTRAINT owners_pk PRIMARY KEY (owner_id);
ALTER TABLE ONLY public.photos
    ADD CONSTRAINT photos_pk PRIMARY KEY (owner_id, inspection_id, sha256);
ALTER TABLE ONLY public.plan_comments
    ADD CONSTRAINT plan_comments_pk PRIMARY KEY (region_id, comment_id);
ALTER TABLE ONLY public.plan_decisions
    ADD CONSTRAINT plan_decisions_pk PRIMARY KEY (region_id, plan_id);
ALTER TABLE ONLY public.plan_jobs
    ADD CONSTRAINT plan_jobs_pk PRIMARY KEY (region_id, job_id);
ALTER TABLE ONLY public.plan_overrides
    ADD CONSTRAINT plan_overrides_pk PRIMARY KEY (region_id, override_id);
ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_edition_unique UNIQUE (region_id, edition);
ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_pk PRIMARY KEY (region_id, plan_id);
ALTER TABLE ONLY public.recipients
    ADD CONSTRAINT recipients_pk PRIMARY KEY (owner_id, recipient_id);
ALTER TABLE ONLY public.region_members
    ADD CONSTRAINT region_members_pk PRIMARY KEY (region_id, owner_id, joined_on);
ALTER TABLE ONLY public.region_settings
    ADD CONSTRAINT region_settings_pk PRIMARY KEY (region_id);
ALTER TABLE ONLY public.regions
    ADD CONSTRAINT regions_pk PRIMARY KEY (region_id);
ALTER TABLE ONLY public.rejected_rows
    ADD CONSTRAINT rejected_rows_pk PRIMARY KEY (owner_id, ledger_id, row_number);
ALTER TABLE ONLY public.reminder_marks
    ADD CONSTRAINT reminder_marks_pk PRIMARY KEY (owner_id);
ALTER TABLE ONLY public.reminder_texts
    ADD CONSTRAINT reminder_texts_pk PRIMARY KEY (owner_id, language, name);
ALTER TABLE ONLY public.reminders
    ADD CONSTRAINT reminders_pk PRIMARY KEY (owner_id, due, duty, asset_id, recipient_id, step);
ALTER TABLE ONLY public.repairs
    ADD CONSTRAINT repairs_pk PRIMARY KEY (owner_id, repair_id);
ALTER TABLE ONLY public.risks
    ADD CONSTRAINT risks_pk PRIMARY KEY (owner_id, asset_id) INCLUDE (asset_class, loss_yen_per_year);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pk PRIMARY KEY (region_id, run_id);
ALTER TABLE ONLY public.schedule_changes
    ADD CONSTRAINT schedule_changes_pk PRIMARY KEY (region_id, schedule_id, revision);
ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_pk PRIMARY KEY (region_id, schedule_id);
ALTER TABLE ONLY public.septic_contacts
    ADD CONSTRAINT septic_contacts_pk PRIMARY KEY (owner_id, asset_id);
ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pk PRIMARY KEY (owner_id);
ALTER TABLE ONLY public.tallies
    ADD CONSTRAINT tallies_pk PRIMARY KEY (owner_id, asset_class, measure, bucket);
CREATE INDEX api_keys_key ON public.api_keys USING btree (key_id);
CREATE INDEX asset_numbers_by_asset ON public.asset_numbers USING btree (owner_id, asset_id);
CREATE INDEX asset_words_grams ON public.asset_words USING gin (grams);
CREATE INDEX assets_not_in_service ON public.assets USING btree (owner_id, status) WHERE (status <> 'in_service'::text);
CREATE INDEX assets_place ON public.assets USING btree (owner_id, place) INCLUDE (asset_class, asset_id, bounds);
CREATE INDEX conditions_by_grade ON public.conditions USING btree (owner_id, grade, asset_class) INCLUDE (asset_id, scale);
CREATE INDEX consents_region ON public.consents USING btree (region_id, owner_id) WHERE (revoked_at IS NULL);
CREATE INDEX done_reports_recent ON public.done_reports USING btree (owner_id, reported_at);
CREATE INDEX due_items_by_class ON public.due_items USING btree (owner_id, asset_class, state, due, asset_id, duty);
CREATE INDEX due_items_by_date ON public.due_items USING btree (owner_id, due, asset_id, duty) INCLUDE (asset_class, state, engineer);
CREATE INDEX due_items_by_engineer ON public.due_items USING btree (owner_id, planned_month, engineer, due, asset_id, duty) INCLUDE (asset_class, state) WHERE (planned_month IS NOT NULL);
CREATE INDEX due_items_by_plan ON public.due_items USING btree (owner_id, planned_month, state, due, asset_id, duty) INCLUDE (asset_class, engineer) WHERE (planned_month IS NOT NULL);
CREATE INDEX due_items_by_state ON public.due_items USING btree (owner_id, state, due, asset_id, duty) INCLUDE (asset_class, engineer);
CREATE INDEX feed_entries_by_day ON public.feed_entries USING btree (owner_id, day);
CREATE INDEX feeds_key ON public.feeds USING btree (feed_id);
CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING brin (created_at);
CREATE INDEX inspections_by_asset ON public.inspections USING btree (owner_id, asset_id, inspected_on DESC);
CREATE INDEX inspections_recent ON public.inspections USING brin (recorded_at);
CREATE UNIQUE INDEX inspections_supersedes_once ON public.inspections USING btree (owner_id, supersedes) WHERE (supersedes IS NOT NULL);
CREATE INDEX ledgers_recent ON public.ledgers USING btree (owner_id, imported_at DESC);
CREATE INDEX messages_ready ON public.messages USING btree (channel, ready_at, owner_id) WHERE (state = 'waiting'::text);
CREATE INDEX messages_recent ON public.messages USING btree (owner_id, message_id DESC, state);
CREATE INDEX model_decisions_of ON public.model_decisions USING btree (region_id, model_id, decided_at);
CREATE INDEX model_owners_of ON public.model_owners USING btree (region_id, model_id);
CREATE UNIQUE INDEX models_adopted ON public.models USING btree (region_id, asset_class, scale) WHERE (state = 'adopted'::text);
CREATE UNIQUE INDEX models_same ON public.models USING btree (region_id, asset_class, scale, digest);
CREATE UNIQUE INDEX plan_jobs_one ON public.plan_jobs USING btree (region_id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE UNIQUE INDEX plan_overrides_one ON public.plan_overrides USING btree (region_id, code) WHERE (withdrawn_at IS NULL);
CREATE UNIQUE INDEX plans_one_decided ON public.plans USING btree (region_id) WHERE (status = 'decided'::text);
CREATE INDEX region_members_owner ON public.region_members USING btree (owner_id);
CREATE INDEX reminders_by_asset ON public.reminders USING btree (owner_id, asset_id, duty);
CREATE INDEX repairs_by_asset ON public.repairs USING btree (owner_id, asset_id, repaired_on DESC);
CREATE INDEX risks_by_class ON public.risks USING btree (owner_id, asset_class, loss_yen_per_year DESC, asset_id DESC) INCLUDE (status, municipality_code, bounds);
CREATE INDEX risks_by_municipality ON public.risks USING btree (owner_id, municipality_code, loss_yen_per_year DESC, asset_id DESC) INCLUDE (asset_class, status);
CREATE INDEX risks_by_place ON public.risks USING btree (owner_id, place) INCLUDE (asset_class, loss_yen_per_year, asset_id, status, municipality_code, bounds);
CREATE INDEX risks_by_status ON public.risks USING btree (owner_id, status, loss_yen_per_year DESC, asset_id DESC) INCLUDE (asset_class, municipality_code) WHERE (status <> 'in_service'::text);
CREATE INDEX risks_highest ON public.risks USING btree (owner_id, loss_yen_per_year DESC, asset_id DESC) INCLUDE (asset_class, status, municipality_code, bounds);
CREATE INDEX runs_recent ON public.runs USING btree (region_id, requested_at DESC);
CREATE TRIGGER assets_to_risks AFTER UPDATE ON public.assets FOR EACH ROW WHEN (((((old.status IS DISTINCT FROM new.status) OR (old.municipality_code IS DISTINCT FROM new.municipality_code)) OR (old.place IS DISTINCT FROM new.place)) OR (NOT (old.bounds ~= new.bounds)))) EXECUTE FUNCTION public.copy_to_risks();
CREATE TRIGGER risks_from_asset BEFORE INSERT ON public.risks FOR EACH ROW WHEN ((new.status IS NULL)) EXECUTE FUNCTION public.copy_from_asset();
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.asset_history
    ADD CONSTRAINT asset_history_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.asset_numbers
    ADD CONSTRAINT asset_numbers_asset FOREIGN KEY (owner_id, asset_id) REFERENCES public.assets(owner_id, asset_id);
ALTER TABLE ONLY public.cells
    ADD CONSTRAINT cells_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.conditions
    ADD CONSTRAINT conditions_asset FOREIGN KEY (owner_id, asset_id) REFERENCES public.assets(owner_id, asset_id);
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.done_reports
    ADD CONSTRAINT done_reports_recipient FOREIGN KEY (owner_id, recipient_id) REFERENCES public.recipients(owner_id, recipient_id);
ALTER TABLE ONLY public.feed_entries
    ADD CONSTRAINT feed_entries_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.feeds
    ADD CONSTRAINT feeds_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.forecast_models
    ADD CONSTRAINT forecast_models_model FOREIGN KEY (region_id, model_id) REFERENCES public.models(region_id, model_id);
ALTER TABLE ONLY public.forecast_models
    ADD CONSTRAINT forecast_models_run FOREIGN KEY (region_id, run_id) REFERENCES public.runs(region_id, run_id);
ALTER TABLE ONLY public.inspections
    ADD CONSTRAINT inspections_asset FOREIGN KEY (owner_id, asset_id) REFERENCES public.assets(owner_id, asset_id);
ALTER TABLE ONLY public.inspections
    ADD CONSTRAINT inspections_supersedes FOREIGN KEY (owner_id, supersedes) REFERENCES public.inspections(owner_id, inspection_id);
ALTER TABLE ONLY public.ladders
    ADD CONSTRAINT ladders_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.ledgers
    ADD CONSTRAINT ledgers_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_recipient FOREIGN KEY (owner_id, recipient_id) REFERENCES public.recipients(owner_id, recipient_id);
ALTER TABLE ONLY public.model_decisions
    ADD CONSTRAINT model_decisions_model FOREIGN KEY (region_id, model_id) REFERENCES public.models(region_id, model_id);
ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_run FOREIGN KEY (region_id, run_id) REFERENCES public.runs(region_id, run_id);
ALTER TABLE ONLY public.photos
    ADD CONSTRAINT photos_inspection FOREIGN KEY (owner_id, inspection_id) REFERENCES public.inspections(owner_id, inspection_id);
ALTER TABLE ONLY public.plan_comments
    ADD CONSTRAINT plan_comments_plan FOREIGN KEY (region_id, plan_id) REFERENCES public.plans(region_id, plan_id);
ALTER TABLE ONLY public.plan_decisions
    ADD CONSTRAINT plan_decisions_plan FOREIGN KEY (region_id, plan_id) REFERENCES public.plans(region_id, plan_id);
ALTER TABLE ONLY public.plan_jobs
    ADD CONSTRAINT plan_jobs_region_id_fkey FOREIGN KEY (region_id) REFERENCES public.regions(region_id);
ALTER TABLE ONLY public.plan_overrides
    ADD CONSTRAINT plan_overrides_region_id_fkey FOREIGN KEY (region_id) REFERENCES public.regions(region_id);
ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_run FOREIGN KEY (region_id, run_id) REFERENCES public.runs(region_id, run_id);
ALTER TABLE ONLY public.recipients
    ADD CONSTRAINT recipients_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.region_members
    ADD CONSTRAINT region_members_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.region_members
    ADD CONSTRAINT region_members_region_id_fkey FOREIGN KEY (region_id) REFERENCES public.regions(region_id);
ALTER TABLE ONLY public.region_settings
    ADD CONSTRAINT region_settings_region_id_fkey FOREIGN KEY (region_id) REFERENCES public.regions(region_id);
ALTER TABLE ONLY public.rejected_rows
    ADD CONSTRAINT rejected_rows_ledger FOREIGN KEY (owner_id, ledger_id) REFERENCES public.ledgers(owner_id, ledger_id);
ALTER TABLE ONLY public.reminder_marks
    ADD CONSTRAINT reminder_marks_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.reminder_texts
    ADD CONSTRAINT reminder_texts_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.reminders
    ADD CONSTRAINT reminders_recipient FOREIGN KEY (owner_id, recipient_id) REFERENCES public.recipients(owner_id, recipient_id);
ALTER TABLE ONLY public.repairs
    ADD CONSTRAINT repairs_asset FOREIGN KEY (owner_id, asset_id) REFERENCES public.assets(owner_id, asset_id);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_region_id_fkey FOREIGN KEY (region_id) REFERENCES public.regions(region_id);
ALTER TABLE ONLY public.schedule_changes
    ADD CONSTRAINT schedule_changes_region_id_schedule_id_fkey FOREIGN KEY (region_id, schedule_id) REFERENCES public.schedules(region_id, schedule_id);
ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_region_id_fkey FOREIGN KEY (region_id) REFERENCES public.regions(region_id);
ALTER TABLE ONLY public.septic_contacts
    ADD CONSTRAINT septic_contacts_asset FOREIGN KEY (owner_id, asset_id) REFERENCES public.assets(owner_id, asset_id);
ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE ONLY public.tallies
    ADD CONSTRAINT tallies_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owners(owner_id);
ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_keys_auth ON public.api_keys FOR SELECT TO gunmane_auth USING (true);
CREATE POLICY api_keys_delete ON public.api_keys FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY api_keys_insert ON public.api_keys FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY api_keys_read ON public.api_keys FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY api_keys_update ON public.api_keys FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.asset_history ENABLE ROW LEVEL SECURITY;
CREATE POLICY asset_history_delete ON public.asset_history FOR DELETE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY asset_history_insert ON public.asset_history FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY asset_history_read ON public.asset_history FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.full'::text, true), ','::text) AS string_to_array)::text[]))));
CREATE POLICY asset_history_update ON public.asset_history FOR UPDATE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[]))) WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
ALTER TABLE public.asset_numbers ENABLE ROW LEVEL SECURITY;
CREATE POLICY asset_numbers_delete ON public.asset_numbers FOR DELETE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY asset_numbers_insert ON public.asset_numbers FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY asset_numbers_read ON public.asset_numbers FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.full'::text, true), ','::text) AS string_to_array)::text[]))));
CREATE POLICY asset_numbers_update ON public.asset_numbers FOR UPDATE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[]))) WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
ALTER TABLE public.asset_word_marks ENABLE ROW LEVEL SECURITY;
CREATE POLICY asset_word_marks_auth ON public.asset_word_marks FOR SELECT TO gunmane_auth USING (true);
CREATE POLICY asset_word_marks_insert ON public.asset_word_marks FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY asset_word_marks_read ON public.asset_word_marks FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR (owner_id = ANY (( SELECT (string_to_array(current_setting('gm.known'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[]))));
CREATE POLICY asset_word_marks_update ON public.asset_word_marks FOR UPDATE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[]))) WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
ALTER TABLE public.asset_words ENABLE ROW LEVEL SECURITY;
CREATE POLICY asset_words_auth ON public.asset_words FOR SELECT TO gunmane_auth USING (true);
CREATE POLICY asset_words_insert ON public.asset_words FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY asset_words_read ON public.asset_words FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.full'::text, true), ','::text) AS string_to_array)::text[]))));
CREATE POLICY asset_words_update ON public.asset_words FOR UPDATE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[]))) WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
ALTER TABLE public.assets ENABLE ROW LEVEL SECURITY;
CREATE POLICY assets_delete ON public.assets FOR DELETE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY assets_insert ON public.assets FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY assets_read ON public.assets FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.full'::text, true), ','::text) AS string_to_array)::text[]))));
CREATE POLICY assets_share ON public.assets FOR SELECT TO gunmane_share USING (((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.condition'::text, true), ','::text) AS string_to_array)::text[])));
CREATE POLICY assets_update ON public.assets FOR UPDATE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[]))) WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
ALTER TABLE public.cells ENABLE ROW LEVEL SECURITY;
CREATE POLICY cells_delete ON public.cells FOR DELETE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY cells_insert ON public.cells FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY cells_read ON public.cells FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.full'::text, true), ','::text) AS string_to_array)::text[])) OR (((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.condition'::text, true), ','::text) AS string_to_array)::text[])) AND (asset_class <> 'septic'::text))));
ALTER TABLE public.conditions ENABLE ROW LEVEL SECURITY;
CREATE POLICY conditions_delete ON public.conditions FOR DELETE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY conditions_insert ON public.conditions FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY conditions_read ON public.conditions FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.full'::text, true), ','::text) AS string_to_array)::text[]))));
CREATE POLICY conditions_share ON public.conditions FOR SELECT TO gunmane_share USING (((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.condition'::text, true), ','::text) AS string_to_array)::text[])));
CREATE POLICY conditions_update ON public.conditions FOR UPDATE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[]))) WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
ALTER TABLE public.consents ENABLE ROW LEVEL SECURITY;
CREATE POLICY consents_auth ON public.consents FOR SELECT TO gunmane_auth USING (true);
CREATE POLICY consents_delete ON public.consents FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY consents_insert ON public.consents FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY consents_read ON public.consents FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY consents_update ON public.consents FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.done_reports ENABLE ROW LEVEL SECURITY;
CREATE POLICY done_reports_delete ON public.done_reports FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY done_reports_insert ON public.done_reports FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY done_reports_read ON public.done_reports FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY done_reports_update ON public.done_reports FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.due_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY due_items_delete ON public.due_items FOR DELETE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY due_items_insert ON public.due_items FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY due_items_read ON public.due_items FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.full'::text, true), ','::text) AS string_to_array)::text[]))));
CREATE POLICY due_items_update ON public.due_items FOR UPDATE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[]))) WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
ALTER TABLE public.feed_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY feed_entries_delete ON public.feed_entries FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY feed_entries_insert ON public.feed_entries FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY feed_entries_read ON public.feed_entries FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY feed_entries_update ON public.feed_entries FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.feeds ENABLE ROW LEVEL SECURITY;
CREATE POLICY feeds_auth ON public.feeds FOR SELECT TO gunmane_auth USING (true);
CREATE POLICY feeds_delete ON public.feeds FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY feeds_insert ON public.feeds FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY feeds_read ON public.feeds FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY feeds_update ON public.feeds FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.forecast_models ENABLE ROW LEVEL SECURITY;
CREATE POLICY forecast_models_insert ON public.forecast_models FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY forecast_models_read ON public.forecast_models FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY idempotency_keys_delete ON public.idempotency_keys FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY idempotency_keys_insert ON public.idempotency_keys FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY idempotency_keys_read ON public.idempotency_keys FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY idempotency_keys_update ON public.idempotency_keys FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.inspections ENABLE ROW LEVEL SECURITY;
CREATE POLICY inspections_delete ON public.inspections FOR DELETE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY inspections_insert ON public.inspections FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY inspections_read ON public.inspections FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.full'::text, true), ','::text) AS string_to_array)::text[]))));
CREATE POLICY inspections_update ON public.inspections FOR UPDATE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[]))) WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
ALTER TABLE public.ladders ENABLE ROW LEVEL SECURITY;
CREATE POLICY ladders_delete ON public.ladders FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY ladders_insert ON public.ladders FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY ladders_read ON public.ladders FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY ladders_update ON public.ladders FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.ledgers ENABLE ROW LEVEL SECURITY;
CREATE POLICY ledgers_delete ON public.ledgers FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY ledgers_insert ON public.ledgers FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY ledgers_read ON public.ledgers FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY ledgers_update ON public.ledgers FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY messages_auth ON public.messages FOR SELECT TO gunmane_auth USING (true);
CREATE POLICY messages_delete ON public.messages FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY messages_insert ON public.messages FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY messages_read ON public.messages FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY messages_update ON public.messages FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.model_decisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY model_decisions_insert ON public.model_decisions FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY model_decisions_read ON public.model_decisions FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
ALTER TABLE public.model_owners ENABLE ROW LEVEL SECURITY;
CREATE POLICY model_owners_insert ON public.model_owners FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY model_owners_read ON public.model_owners FOR SELECT TO gunmane_app USING (((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])) AND ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (string_to_array(current_setting('gm.tally'::text, true), ','::text))))));
CREATE POLICY model_owners_update ON public.model_owners FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.models ENABLE ROW LEVEL SECURITY;
CREATE POLICY models_insert ON public.models FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY models_read ON public.models FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
CREATE POLICY models_update ON public.models FOR UPDATE TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[]))) WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
ALTER TABLE public.owners ENABLE ROW LEVEL SECURITY;
CREATE POLICY owners_auth ON public.owners FOR SELECT TO gunmane_auth USING (true);
CREATE POLICY owners_insert ON public.owners FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY owners_read ON public.owners FOR SELECT TO gunmane_app USING (((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])) OR (owner_id = ANY ((string_to_array(current_setting('gm.known'::text, true), ','::text))::uuid[]))));
CREATE POLICY owners_update ON public.owners FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.photos ENABLE ROW LEVEL SECURITY;
CREATE POLICY photos_delete ON public.photos FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY photos_insert ON public.photos FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY photos_read ON public.photos FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY photos_update ON public.photos FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.plan_comments ENABLE ROW LEVEL SECURITY;
CREATE POLICY plan_comments_insert ON public.plan_comments FOR INSERT TO gunmane_app WITH CHECK (((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])) AND (owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[]))));
CREATE POLICY plan_comments_read ON public.plan_comments FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
ALTER TABLE public.plan_decisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY plan_decisions_insert ON public.plan_decisions FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY plan_decisions_read ON public.plan_decisions FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
ALTER TABLE public.plan_jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY plan_jobs_auth ON public.plan_jobs FOR SELECT TO gunmane_auth USING (true);
CREATE POLICY plan_jobs_insert ON public.plan_jobs FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY plan_jobs_read ON public.plan_jobs FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
CREATE POLICY plan_jobs_update ON public.plan_jobs FOR UPDATE TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
ALTER TABLE public.plan_overrides ENABLE ROW LEVEL SECURITY;
CREATE POLICY plan_overrides_insert ON public.plan_overrides FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY plan_overrides_read ON public.plan_overrides FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
CREATE POLICY plan_overrides_update ON public.plan_overrides FOR UPDATE TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[]))) WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
ALTER TABLE public.plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY plans_insert ON public.plans FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY plans_read ON public.plans FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
CREATE POLICY plans_update ON public.plans FOR UPDATE TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[]))) WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
ALTER TABLE public.recipients ENABLE ROW LEVEL SECURITY;
CREATE POLICY recipients_auth ON public.recipients FOR SELECT TO gunmane_auth USING (true);
CREATE POLICY recipients_delete ON public.recipients FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY recipients_insert ON public.recipients FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY recipients_read ON public.recipients FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY recipients_update ON public.recipients FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.region_members ENABLE ROW LEVEL SECURITY;
CREATE POLICY region_members_auth ON public.region_members FOR SELECT TO gunmane_auth USING (true);
CREATE POLICY region_members_insert ON public.region_members FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY region_members_read ON public.region_members FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
CREATE POLICY region_members_update ON public.region_members FOR UPDATE TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[]))) WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
ALTER TABLE public.region_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY region_settings_insert ON public.region_settings FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY region_settings_read ON public.region_settings FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY region_settings_update ON public.region_settings FOR UPDATE TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
ALTER TABLE public.regions ENABLE ROW LEVEL SECURITY;
CREATE POLICY regions_insert ON public.regions FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY regions_read ON public.regions FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
CREATE POLICY regions_update ON public.regions FOR UPDATE TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[]))) WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
ALTER TABLE public.rejected_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY rejected_rows_delete ON public.rejected_rows FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY rejected_rows_insert ON public.rejected_rows FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY rejected_rows_read ON public.rejected_rows FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY rejected_rows_update ON public.rejected_rows FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.reminder_marks ENABLE ROW LEVEL SECURITY;
CREATE POLICY reminder_marks_delete ON public.reminder_marks FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY reminder_marks_insert ON public.reminder_marks FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY reminder_marks_read ON public.reminder_marks FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY reminder_marks_update ON public.reminder_marks FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.reminder_texts ENABLE ROW LEVEL SECURITY;
CREATE POLICY reminder_texts_delete ON public.reminder_texts FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY reminder_texts_insert ON public.reminder_texts FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY reminder_texts_read ON public.reminder_texts FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY reminder_texts_update ON public.reminder_texts FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.reminders ENABLE ROW LEVEL SECURITY;
CREATE POLICY reminders_delete ON public.reminders FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY reminders_insert ON public.reminders FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY reminders_read ON public.reminders FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY reminders_update ON public.reminders FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.repairs ENABLE ROW LEVEL SECURITY;
CREATE POLICY repairs_delete ON public.repairs FOR DELETE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY repairs_insert ON public.repairs FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY repairs_read ON public.repairs FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.full'::text, true), ','::text) AS string_to_array)::text[]))));
CREATE POLICY repairs_update ON public.repairs FOR UPDATE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[]))) WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
ALTER TABLE public.risks ENABLE ROW LEVEL SECURITY;
CREATE POLICY risks_delete ON public.risks FOR DELETE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY risks_insert ON public.risks FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY risks_read ON public.risks FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.full'::text, true), ','::text) AS string_to_array)::text[]))));
CREATE POLICY risks_share ON public.risks FOR SELECT TO gunmane_share USING (((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.condition'::text, true), ','::text) AS string_to_array)::text[])));
CREATE POLICY risks_update ON public.risks FOR UPDATE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[]))) WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
ALTER TABLE public.runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY runs_insert ON public.runs FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY runs_read ON public.runs FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
CREATE POLICY runs_update ON public.runs FOR UPDATE TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[]))) WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
ALTER TABLE public.schedule_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY schedule_changes_insert ON public.schedule_changes FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY schedule_changes_read ON public.schedule_changes FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
ALTER TABLE public.schedules ENABLE ROW LEVEL SECURITY;
CREATE POLICY schedules_insert ON public.schedules FOR INSERT TO gunmane_app WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
CREATE POLICY schedules_read ON public.schedules FOR SELECT TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.regions'::text, true), ','::text))::uuid[])));
CREATE POLICY schedules_update ON public.schedules FOR UPDATE TO gunmane_app USING ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[]))) WITH CHECK ((region_id = ANY ((string_to_array(current_setting('gm.plan'::text, true), ','::text))::uuid[])));
ALTER TABLE public.septic_contacts ENABLE ROW LEVEL SECURITY;
CREATE POLICY septic_contacts_delete ON public.septic_contacts FOR DELETE TO gunmane_app USING (((owner_id = ANY ((string_to_array(current_setting('gm.contacts'::text, true), ','::text))::uuid[])) AND (owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))));
CREATE POLICY septic_contacts_insert ON public.septic_contacts FOR INSERT TO gunmane_app WITH CHECK (((owner_id = ANY ((string_to_array(current_setting('gm.contacts'::text, true), ','::text))::uuid[])) AND (owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))));
CREATE POLICY septic_contacts_read ON public.septic_contacts FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.contacts'::text, true), ','::text))::uuid[])));
CREATE POLICY septic_contacts_update ON public.septic_contacts FOR UPDATE TO gunmane_app USING (((owner_id = ANY ((string_to_array(current_setting('gm.contacts'::text, true), ','::text))::uuid[])) AND (owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])))) WITH CHECK (((owner_id = ANY ((string_to_array(current_setting('gm.contacts'::text, true), ','::text))::uuid[])) AND (owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))));
ALTER TABLE public.signing_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY signing_keys_auth ON public.signing_keys FOR SELECT TO gunmane_auth USING (true);
CREATE POLICY signing_keys_delete ON public.signing_keys FOR DELETE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY signing_keys_insert ON public.signing_keys FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
CREATE POLICY signing_keys_read ON public.signing_keys FOR SELECT TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[])));
CREATE POLICY signing_keys_update ON public.signing_keys FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
ALTER TABLE public.tallies ENABLE ROW LEVEL SECURITY;
CREATE POLICY tallies_delete ON public.tallies FOR DELETE TO gunmane_app USING ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY tallies_insert ON public.tallies FOR INSERT TO gunmane_app WITH CHECK ((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])));
CREATE POLICY tallies_read ON public.tallies FOR SELECT TO gunmane_app USING (((owner_id = ANY (( SELECT (string_to_array(current_setting('gm.own'::text, true), ','::text))::uuid[] AS string_to_array)::uuid[])) OR ((((owner_id)::text || ':'::text) || asset_class) = ANY (( SELECT string_to_array(current_setting('gm.tally'::text, true), ','::text) AS string_to_array)::text[]))));
CREATE POLICY tallies_update ON public.tallies FOR UPDATE TO gunmane_app USING ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[]))) WITH CHECK ((owner_id = ANY ((string_to_array(current_setting('gm.write'::text, true), ','::text))::uuid[])));
GRANT USAGE ON SCHEMA public TO gunmane_app;
GRANT USAGE ON SCHEMA public TO gunmane_share;
GRANT USAGE ON SCHEMA public TO gunmane_auth;
REVOKE ALL ON FUNCTION public.authenticate(wanted_key uuid, wanted_sha256 bytea, today date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.authenticate(wanted_key uuid, wanted_sha256 bytea, today date) TO gunmane_app;
REVOKE ALL ON FUNCTION public.enter(wanted_key uuid, wanted_sha256 bytea, today date, wanted_idempotency text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.enter(wanted_key uuid, wanted_sha256 bytea, today date, wanted_idempotency text) TO gunmane_app;
REVOKE ALL ON FUNCTION public.enter_together(wanted_keys uuid[], wanted_sha256 bytea[], today date, key_of integer[], idempotency text[], inspections uuid[], wanted_assets uuid[], days date[], duties text[], scales text[], grades text[], corrected uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.enter_together(wanted_keys uuid[], wanted_sha256 bytea[], today date, key_of integer[], idempotency text[], inspections uuid[], wanted_assets uuid[], days date[], duties text[], scales text[], grades text[], corrected uuid[]) TO gunmane_app;
REVOKE ALL ON FUNCTION public.find_words(wanted_owners uuid[], wanted integer[], most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_words(wanted_owners uuid[], wanted integer[], most integer) TO gunmane_app;
REVOKE ALL ON FUNCTION public.inspection_past(wanted_owner uuid, wanted_inspection uuid, wanted_asset uuid, wanted_day date, wanted_duty text, wanted_scale text, wanted_grade text, corrected uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.inspection_past(wanted_owner uuid, wanted_inspection uuid, wanted_asset uuid, wanted_day date, wanted_duty text, wanted_scale text, wanted_grade text, corrected uuid) TO gunmane_app;
REVOKE ALL ON FUNCTION public.link_secret(wanted_owner uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.link_secret(wanted_owner uuid) TO gunmane_app;
REVOKE ALL ON FUNCTION public.log_plain(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[], steady boolean, at timestamp with time zone, answered smallint, wanted public.plain_inspection[], OUT logged integer[], OUT logged_classes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.log_plain(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[], steady boolean, at timestamp with time zone, answered smallint, wanted public.plain_inspection[], OUT logged integer[], OUT logged_classes text[]) TO gunmane_app;
REVOKE ALL ON FUNCTION public.log_plain(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[], steady boolean, at timestamp with time zone, key_of integer[], idempotency text[], requests bytea[], ids uuid[], wanted_assets uuid[], days date[], duties text[], scales text[], grades text[], findings text[], inspectors text[], notes text[], origins text[], classes text[], before text[], answered smallint, headers text[], heads bytea[], tails bytea[], OUT logged integer[], OUT logged_classes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.log_plain(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[], steady boolean, at timestamp with time zone, key_of integer[], idempotency text[], requests bytea[], ids uuid[], wanted_assets uuid[], days date[], duties text[], scales text[], grades text[], findings text[], inspectors text[], notes text[], origins text[], classes text[], before text[], answered smallint, headers text[], heads bytea[], tails bytea[], OUT logged integer[], OUT logged_classes text[]) TO gunmane_app;
REVOKE ALL ON FUNCTION public.open_feed(wanted_feed uuid, wanted_sha256 bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.open_feed(wanted_feed uuid, wanted_sha256 bytea) TO gunmane_app;
REVOKE ALL ON FUNCTION public.outbox_owners(wanted_channel text, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.outbox_owners(wanted_channel text, most integer) TO gunmane_app;
REVOKE ALL ON FUNCTION public.owner_of(wanted_code text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.owner_of(wanted_code text) TO gunmane_app;
GRANT ALL ON FUNCTION public.place_ranges(wanted box) TO gunmane_app;
GRANT ALL ON FUNCTION public.place_ranges(wanted box) TO gunmane_share;
REVOKE ALL ON FUNCTION public.planning_regions() FROM PUBLIC;
GRANT ALL ON FUNCTION public.planning_regions() TO gunmane_app;
REVOKE ALL ON FUNCTION public.refresh_statistics() FROM PUBLIC;
GRANT ALL ON FUNCTION public.refresh_statistics() TO gunmane_app;
REVOKE ALL ON FUNCTION public.regions_of(wanted_owner uuid, today date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.regions_of(wanted_owner uuid, today date) TO gunmane_app;
REVOKE ALL ON FUNCTION public.reminding_owners() FROM PUBLIC;
GRANT ALL ON FUNCTION public.reminding_owners() TO gunmane_app;
REVOKE ALL ON FUNCTION public.requests_past(wanted_owner uuid, keys uuid[], roles text[], key_of integer[], idempotency text[], inspections uuid[], assets uuid[], days date[], duties text[], scales text[], grades text[], corrected uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.requests_past(wanted_owner uuid, keys uuid[], roles text[], key_of integer[], idempotency text[], inspections uuid[], assets uuid[], days date[], duties text[], scales text[], grades text[], corrected uuid[]) TO gunmane_app;
REVOKE ALL ON FUNCTION public.unworded_owners() FROM PUBLIC;
GRANT ALL ON FUNCTION public.unworded_owners() TO gunmane_app;
REVOKE ALL ON FUNCTION public.write_for(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.write_for(wanted_owner uuid, wanted_keys uuid[], wanted_sha256 bytea[], allowed text[]) TO gunmane_app;
GRANT SELECT ON TABLE public.api_keys TO gunmane_auth;
GRANT SELECT,INSERT,UPDATE ON TABLE public.api_keys TO gunmane_app;
GRANT SELECT,INSERT ON TABLE public.asset_history TO gunmane_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.asset_numbers TO gunmane_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.asset_word_marks TO gunmane_app;
GRANT SELECT ON TABLE public.asset_word_marks TO gunmane_auth;
GRANT SELECT,INSERT,UPDATE ON TABLE public.asset_words TO gunmane_app;
GRANT SELECT ON TABLE public.asset_words TO gunmane_auth;
GRANT SELECT ON TABLE public.assets TO gunmane_share;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assets TO gunmane_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.cells TO gunmane_app;
GRANT SELECT ON TABLE public.conditions TO gunmane_share;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.conditions TO gunmane_app;
GRANT SELECT ON TABLE public.consents TO gunmane_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.consents TO gunmane_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.done_reports TO gunmane_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.due_items TO gunmane_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.feed_entries TO gunmane_app;
GRANT SELECT ON TABLE public.feeds TO gunmane_auth;
GRANT SELECT,INSERT,UPDATE ON TABLE public.feeds TO gunmane_app;
GRANT SELECT,INSERT ON TABLE public.forecast_models TO gunmane_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO gunmane_app;
GRANT SELECT,INSERT ON TABLE public.inspections TO gunmane_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ladders TO gunmane_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.ledgers TO gunmane_app;
GRANT SELECT ON TABLE public.messages TO gunmane_auth;
GRANT SELECT,INSERT,UPDATE ON TABLE public.messages TO gunmane_app;
GRANT SELECT,INSERT ON TABLE public.model_decisions TO gunmane_app;
GRANT SELECT,INSERT ON TABLE public.model_owners TO gunmane_app;
GRANT UPDATE(card) ON TABLE public.model_owners TO gunmane_app;
GRANT UPDATE(forecast) ON TABLE public.model_owners TO gunmane_app;
GRANT SELECT,INSERT ON TABLE public.models TO gunmane_app;
GRANT UPDATE(run_id) ON TABLE public.models TO gunmane_app;
GRANT UPDATE(card) ON TABLE public.models TO gunmane_app;
GRANT UPDATE(state) ON TABLE public.models TO gunmane_app;
GRANT UPDATE(proposed_at) ON TABLE public.models TO gunmane_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.owners TO gunmane_app;
GRANT SELECT ON TABLE public.owners TO gunmane_auth;
GRANT SELECT,INSERT,UPDATE ON TABLE public.photos TO gunmane_app;
GRANT SELECT,INSERT ON TABLE public.plan_comments TO gunmane_app;
GRANT SELECT,INSERT ON TABLE public.plan_decisions TO gunmane_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.plan_jobs TO gunmane_app;
GRANT SELECT ON TABLE public.plan_jobs TO gunmane_auth;
GRANT SELECT,INSERT ON TABLE public.plan_overrides TO gunmane_app;
GRANT UPDATE(withdrawn_at) ON TABLE public.plan_overrides TO gunmane_app;
GRANT UPDATE(withdrawn_by) ON TABLE public.plan_overrides TO gunmane_app;
GRANT SELECT,INSERT ON TABLE public.plans TO gunmane_app;
GRANT UPDATE(status) ON TABLE public.plans TO gunmane_app;
GRANT UPDATE(superseded_by) ON TABLE public.plans TO gunmane_app;
GRANT SELECT ON TABLE public.recipients TO gunmane_auth;
GRANT SELECT,INSERT,UPDATE ON TABLE public.recipients TO gunmane_app;
GRANT SELECT ON TABLE public.region_members TO gunmane_auth;
GRANT SELECT,INSERT,UPDATE ON TABLE public.region_members TO gunmane_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.region_settings TO gunmane_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.regions TO gunmane_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rejected_rows TO gunmane_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reminder_marks TO gunmane_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reminder_texts TO gunmane_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.reminders TO gunmane_app;
GRANT SELECT,INSERT ON TABLE public.repairs TO gunmane_app;
GRANT SELECT ON TABLE public.risks TO gunmane_share;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.risks TO gunmane_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.runs TO gunmane_app;
GRANT SELECT,INSERT ON TABLE public.schedule_changes TO gunmane_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.schedules TO gunmane_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.septic_contacts TO gunmane_app;
GRANT SELECT ON TABLE public.shared_conditions TO gunmane_app;
GRANT SELECT ON TABLE public.signing_keys TO gunmane_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.signing_keys TO gunmane_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tallies TO gunmane_app;
