-- clear_tallies
-- Forget the counts of these owners.
DELETE FROM tallies WHERE owner_id = ANY ($1::uuid[]);

-- count_tallies
-- Count assets of these owners by status, grade, risk band, age and state of duty; amounts are km, or yen a year.
INSERT INTO tallies (owner_id, asset_class, measure, bucket, n, amount)
SELECT a.owner_id, a.asset_class, 'status', a.status, count(*), coalesce(sum(a.length_m), 0) / 1000
FROM assets AS a WHERE a.owner_id = ANY ($1::uuid[])
GROUP BY a.owner_id, a.asset_class, a.status
UNION ALL
SELECT a.owner_id, a.asset_class, 'grade', coalesce(c.scale || ':' || c.grade, 'none'), count(*),
    coalesce(sum(a.length_m), 0) / 1000
FROM assets AS a
LEFT JOIN conditions AS c ON c.owner_id = a.owner_id AND c.asset_id = a.asset_id
WHERE a.owner_id = ANY ($1::uuid[]) AND a.status <> 'abolished'
GROUP BY a.owner_id, a.asset_class, coalesce(c.scale || ':' || c.grade, 'none')
UNION ALL
SELECT a.owner_id, a.asset_class, 'built', coalesce((a.built_year / 10 * 10)::text, 'unknown'), count(*),
    coalesce(sum(a.length_m), 0) / 1000
FROM assets AS a WHERE a.owner_id = ANY ($1::uuid[]) AND a.status <> 'abolished'
GROUP BY a.owner_id, a.asset_class, coalesce((a.built_year / 10 * 10)::text, 'unknown')
UNION ALL
SELECT r.owner_id, r.asset_class, 'risk', r.likelihood_band || ':' || r.consequence_band, count(*),
    sum(r.loss_yen_per_year)
FROM risks AS r WHERE r.owner_id = ANY ($1::uuid[])
GROUP BY r.owner_id, r.asset_class, r.likelihood_band, r.consequence_band
UNION ALL
SELECT d.owner_id, d.asset_class, 'due', d.duty || ':' || d.state, count(*), 0
FROM due_items AS d WHERE d.owner_id = ANY ($1::uuid[])
GROUP BY d.owner_id, d.asset_class, d.duty, d.state
UNION ALL
SELECT d.owner_id, d.asset_class, 'due_month', to_char(d.due, 'YYYY-MM'), count(*), 0
FROM due_items AS d WHERE d.owner_id = ANY ($1::uuid[]) AND d.due IS NOT NULL AND d.state IN ('due', 'in_window')
GROUP BY d.owner_id, d.asset_class, to_char(d.due, 'YYYY-MM')
UNION ALL
SELECT d.owner_id, d.asset_class, 'planned', to_char(d.planned_month, 'YYYY-MM') || ':' || d.engineer, count(*), 0
FROM due_items AS d
WHERE d.owner_id = ANY ($1::uuid[]) AND d.planned_month IS NOT NULL AND d.engineer IS NOT NULL
GROUP BY d.owner_id, d.asset_class, to_char(d.planned_month, 'YYYY-MM'), d.engineer
UNION ALL
SELECT a.owner_id, a.asset_class, 'located', CASE WHEN a.bounds IS NULL THEN 'no' ELSE 'yes' END, count(*), 0
FROM assets AS a WHERE a.owner_id = ANY ($1::uuid[]) AND a.status <> 'abolished'
GROUP BY a.owner_id, a.asset_class, (a.bounds IS NULL);

-- shares
-- How many assets of these owners (and classes) there are, with some grades, and how many duties in some states.
SELECT
    coalesce(sum(t.n) FILTER (WHERE t.measure = 'status'), 0)::bigint AS whole,
    coalesce(sum(t.n) FILTER (WHERE t.measure = 'grade' AND substr(t.bucket, strpos(t.bucket, ':') + 1) = ANY ($3::text[])
        AND ($5::text IS NULL OR split_part(t.bucket, ':', 1) = $5)), 0)::bigint AS graded,
    coalesce(sum(t.n) FILTER (WHERE t.measure = 'due' AND split_part(t.bucket, ':', 2) = ANY ($4::text[])), 0)::bigint
        AS due
FROM tallies AS t
WHERE t.owner_id = ANY ($1::uuid[]) AND t.measure IN ('status', 'grade', 'due')
    AND ($2::text[] IS NULL OR t.asset_class = ANY ($2))
    AND (t.owner_id = ANY (string_to_array(current_setting('gm.own', true), ',')::uuid[])
        OR (t.owner_id::text || ':' || t.asset_class) = ANY (string_to_array(current_setting('gm.full', true), ',')));

-- months
-- Counts by month (and engineer) of the owners and classes that the principal may know of, within some months.
SELECT measure, bucket, sum(n)::bigint AS n
FROM tallies
WHERE owner_id = ANY ($1::uuid[]) AND measure IN ('due_month', 'planned') AND bucket >= $2 AND bucket < $3
GROUP BY measure, bucket
ORDER BY measure, bucket;

-- list_tallies
-- Counts of the owners and classes that the principal may know of.
SELECT owner_id, asset_class, measure, bucket, n, amount, computed_at
FROM tallies
WHERE ($1::uuid[] IS NULL OR owner_id = ANY ($1)) AND ($2::text[] IS NULL OR asset_class = ANY ($2))
    AND ($3::text[] IS NULL OR measure = ANY ($3))
ORDER BY owner_id, asset_class, measure, bucket;
