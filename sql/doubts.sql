-- doubted_assets
-- Assets of an owner and class with flags that are doubts (not only those in $3), in the order of their ledgers' rows.
SELECT a.ledger_id, coalesce(l.path, '') AS path, a.ledger_row, a.number, a.flags,
    NULL::date AS inspected_on, NULL::text AS grade
FROM assets AS a
LEFT JOIN ledgers AS l ON l.owner_id = $1 AND l.ledger_id = a.ledger_id
WHERE a.owner_id = $1 AND a.asset_class = $2 AND cardinality(a.flags) > 0
    AND EXISTS (SELECT FROM unnest(a.flags) AS f WHERE split_part(f, ':', 1) <> ALL ($3::text[]))
ORDER BY l.path COLLATE "C" NULLS FIRST, a.ledger_row, a.number COLLATE "C";

-- doubted_inspections
-- Standing inspections of an owner and class with doubts, in the order of their ledgers' rows.
SELECT i.ledger_id, coalesce(l.path, '') AS path, i.ledger_row, a.number, i.flags, i.inspected_on, i.grade
FROM inspections AS i
JOIN assets AS a ON a.owner_id = $1 AND a.asset_id = i.asset_id
LEFT JOIN ledgers AS l ON l.owner_id = $1 AND l.ledger_id = i.ledger_id
WHERE i.owner_id = $1 AND i.asset_class = $2 AND cardinality(i.flags) > 0 AND NOT i.flags <@ $3::text[]
    AND NOT EXISTS (
        SELECT FROM inspections AS newer WHERE newer.owner_id = $1 AND newer.supersedes = i.inspection_id)
ORDER BY l.path COLLATE "C" NULLS FIRST, i.ledger_row, a.number COLLATE "C", i.inspected_on, i.inspection_id;

-- derived
-- How many values of each kind the program filled in, by ledger; $3 names the kinds.
SELECT coalesce(l.path, '') AS path, d.code, sum(d.n)::bigint AS n
FROM (
    SELECT a.ledger_id, split_part(f, ':', 1) AS code, count(*) AS n
    FROM assets AS a, unnest(a.flags) AS f
    WHERE a.owner_id = $1 AND a.asset_class = $2 AND cardinality(a.flags) > 0
    GROUP BY 1, 2
    UNION ALL
    SELECT i.ledger_id, split_part(f, ':', 1) AS code, count(*) AS n
    FROM inspections AS i, unnest(i.flags) AS f
    WHERE i.owner_id = $1 AND i.asset_class = $2 AND cardinality(i.flags) > 0
        AND NOT EXISTS (
            SELECT FROM inspections AS newer WHERE newer.owner_id = $1 AND newer.supersedes = i.inspection_id)
    GROUP BY 1, 2
) AS d
LEFT JOIN ledgers AS l ON l.owner_id = $1 AND l.ledger_id = d.ledger_id
WHERE d.code = ANY ($3::text[])
GROUP BY l.path, d.code
ORDER BY l.path COLLATE "C" NULLS FIRST, d.code;

-- columns_of_ledgers
-- Which header of which recorded ledger feeds which field.
SELECT l.ledger_id, l.mapping -> 'columns' AS columns FROM ledgers AS l WHERE l.owner_id = $1 AND l.asset_class = $2;
