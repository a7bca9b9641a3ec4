-- log
-- Log inspections with their promised photographs, move their assets' conditions forward, and keep the answers.
WITH wanted AS (
    SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::date[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::text[], $12::uuid[], $13::text[], $14::text[], $15::uuid[])
        AS t (inspection_id, asset_id, asset_class, inspected_on, duty, scale, grade, findings, inspector, notes,
            supersedes, flags, origin, recorded_by)
), logged AS (
    INSERT INTO inspections (owner_id, inspection_id, asset_id, asset_class, inspected_on, duty, scale, grade, findings,
        inspector, notes, supersedes, flags, origin, recorded_at, recorded_by)
    SELECT $1, inspection_id, asset_id, asset_class, inspected_on, duty, scale, grade, findings::jsonb, inspector, notes,
        supersedes, string_to_array(flags, ','), origin, $16, recorded_by
    FROM wanted
), promised AS (
    INSERT INTO photos (owner_id, inspection_id, sha256)
    SELECT $1, p.inspection_id, p.sha256 FROM unnest($17::uuid[], $18::bytea[]) AS p (inspection_id, sha256)
), moved AS (
    UPDATE conditions AS c SET
        scale = w.scale, grade = w.grade, inspected_on = w.inspected_on, inspection_id = w.inspection_id
    FROM wanted AS w
    WHERE c.owner_id = $1 AND c.asset_id = w.asset_id AND c.inspected_on <= w.inspected_on AND w.grade IS NOT NULL
        AND w.supersedes IS NULL
), judged AS (
    INSERT INTO conditions (owner_id, asset_id, asset_class, scale, grade, inspected_on, inspection_id)
    SELECT $1, w.asset_id, w.asset_class, w.scale, w.grade, w.inspected_on, w.inspection_id FROM wanted AS w
    WHERE w.grade IS NOT NULL AND w.supersedes IS NULL
        AND NOT EXISTS (SELECT FROM conditions AS c WHERE c.owner_id = $1 AND c.asset_id = w.asset_id)
    ON CONFLICT (owner_id, asset_id) DO UPDATE SET
        scale = excluded.scale, grade = excluded.grade, inspected_on = excluded.inspected_on,
        inspection_id = excluded.inspection_id
    WHERE conditions.inspected_on <= excluded.inspected_on
)
INSERT INTO idempotency_keys (owner_id, key_id, idempotency_key, request_sha256, status, headers, body)
SELECT $1, a.key_id, a.idempotency_key, a.request_sha256, a.status, a.headers::jsonb, a.body
FROM unnest($19::uuid[], $20::text[], $21::bytea[], $22::smallint[], $23::text[], $24::bytea[])
    AS a (key_id, idempotency_key, request_sha256, status, headers, body);

-- log_plain
-- Log those of several inspections that raise no doubt, and keep the answers; which ones, and their assets' classes.
SELECT logged, logged_classes FROM log_plain($1, $2, $3, $4, $5, $6, $7, $8);

-- steady
-- Whether the inspections are many enough for a plan that is to last.
SELECT reltuples >= 1000 FROM pg_class WHERE oid = 'public.inspections'::regclass;

-- lock_owner
-- Keep other inspections of an owner waiting until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 2));

-- by_index
-- Have a transaction look up row by row by the indexes, by plans that last.
SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
    set_config('enable_bitmapscan', 'off', true);

-- pasts
-- What decides about each of several inspections of one owner, in their order.
SELECT p.asset_class, p.built_year, p.built_on, p.built_precision, p.same_day, p.before_on, p.before_grade, p.mended_on,
    p.taken, p.corrects
FROM unnest($2::uuid[], $3::uuid[], $4::date[], $5::text[], $6::text[], $7::text[], $8::uuid[]) WITH ORDINALITY
    AS r (inspection_id, asset_id, inspected_on, duty, scale, grade, supersedes, n)
LEFT JOIN LATERAL inspection_past(
    $1, r.inspection_id, r.asset_id, r.inspected_on, r.duty, r.scale, r.grade, r.supersedes) AS p ON true
ORDER BY r.n;

-- some
-- Inspections of one owner by their identifiers.
SELECT
    i.owner_id, i.inspection_id, i.asset_id, i.asset_class, i.inspected_on, i.date_precision, i.duty, i.scale, i.grade,
    i.findings, i.inspector, i.notes, i.supersedes, i.flags, i.origin, i.recorded_at
FROM inspections AS i
WHERE i.owner_id = $1 AND i.inspection_id = ANY ($2::uuid[]);

-- drop_conditions
-- Forget the conditions of assets before they are worked out anew.
DELETE FROM conditions WHERE owner_id = $1 AND asset_id = ANY ($2::uuid[]);

-- renew_conditions
-- Work out the conditions of assets anew from the inspections that stand.
INSERT INTO conditions (owner_id, asset_id, asset_class, scale, grade, inspected_on, inspection_id)
SELECT DISTINCT ON (i.asset_id) i.owner_id, i.asset_id, i.asset_class, i.scale, i.grade, i.inspected_on,
    i.inspection_id
FROM inspections AS i
WHERE i.owner_id = $1 AND i.asset_id = ANY ($2::uuid[]) AND i.grade IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM inspections AS newer WHERE newer.owner_id = $1 AND newer.supersedes = i.inspection_id)
ORDER BY i.asset_id, i.inspected_on DESC, i.inspection_id DESC;

-- one
-- One inspection, with what supersedes it.
SELECT
    i.owner_id, i.inspection_id, i.asset_id, i.asset_class, i.inspected_on, i.date_precision, i.duty, i.scale, i.grade,
    i.findings, i.inspector, i.notes, i.supersedes,
    (SELECT n.inspection_id FROM inspections AS n WHERE n.owner_id = i.owner_id AND n.supersedes = i.inspection_id)
        AS superseded_by,
    i.flags, i.origin, i.recorded_at
FROM inspections AS i
WHERE i.inspection_id = $1 AND i.owner_id = ANY ($2::uuid[]);

-- page
-- Inspections that the principal may read, newest identifier first.
SELECT
    i.owner_id, i.inspection_id, i.asset_id, i.asset_class, i.inspected_on, i.date_precision, i.duty, i.scale, i.grade,
    i.findings, i.inspector, i.notes, i.supersedes,
    (SELECT n.inspection_id FROM inspections AS n WHERE n.owner_id = i.owner_id AND n.supersedes = i.inspection_id)
        AS superseded_by,
    i.flags, i.origin, i.recorded_at
FROM unnest($1::uuid[]) AS o (owner_id)
CROSS JOIN LATERAL (
    SELECT * FROM inspections AS s
    WHERE s.owner_id = o.owner_id
        AND ($2::uuid IS NULL OR s.inspection_id < $2)
        AND ($3::uuid IS NULL OR s.asset_id = $3)
        AND ($4::text[] IS NULL OR s.asset_class = ANY ($4))
        AND ($5::text[] IS NULL OR s.grade = ANY ($5))
        AND ($6::date IS NULL OR s.inspected_on >= $6)
        AND ($7::date IS NULL OR s.inspected_on <= $7)
        AND ($8::text IS NULL OR $8 = ANY (s.flags))
    ORDER BY s.inspection_id DESC
    LIMIT $9
) AS i
ORDER BY i.inspection_id DESC
LIMIT $9;

-- photos
-- Photographs promised with an inspection, received or not.
SELECT inspection_id, sha256, media_type, octet_length(content) AS bytes, received_at
FROM photos WHERE owner_id = $1 AND inspection_id = $2 ORDER BY sha256;

-- missing_photos
-- Photographs promised and not received, in the order of their inspections.
SELECT inspection_id, sha256, media_type, NULL::integer AS bytes, received_at
FROM photos
WHERE owner_id = $1 AND received_at IS NULL
    AND ($2::uuid IS NULL OR (inspection_id, sha256) > ($2, $3::bytea))
ORDER BY inspection_id, sha256
LIMIT $4;

-- receive_photo
-- Keep a promised photograph; repeated, it changes nothing.
UPDATE photos SET
    content = $4, media_type = $5, received_at = coalesce(received_at, $6)
WHERE owner_id = $1 AND inspection_id = $2 AND sha256 = $3
RETURNING inspection_id, sha256, media_type, octet_length(content) AS bytes, received_at;

-- photo
-- The bytes of a received photograph.
SELECT media_type, content FROM photos
WHERE owner_id = $1 AND inspection_id = $2 AND sha256 = $3 AND received_at IS NOT NULL;
