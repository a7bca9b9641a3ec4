-- stage_rejected
-- A temporary table for the rows that could not be taken.
CREATE TEMP TABLE staged_rejected (row_number bigint, cells jsonb, faults jsonb, ledger_id uuid) ON COMMIT DROP;

-- open_rejected
-- A temporary table for the rows of one ledger that are rejected and not mended yet.
CREATE TEMP TABLE open_rejected ON COMMIT DROP AS
SELECT r.ledger_id, r.row_number, r.cells
FROM rejected_rows AS r
JOIN ledgers AS l ON l.owner_id = r.owner_id AND l.ledger_id = r.ledger_id
WHERE r.owner_id = '00000000-0000-0000-0000-000000000000' LIMIT 0;

-- find_open
-- Find the rows of one ledger that are rejected and not mended yet.
INSERT INTO open_rejected (ledger_id, row_number, cells)
SELECT r.ledger_id, r.row_number, r.cells
FROM rejected_rows AS r
JOIN ledgers AS l ON l.owner_id = r.owner_id AND l.ledger_id = r.ledger_id
WHERE r.owner_id = $1 AND l.path = $2 AND l.asset_class = $3 AND l.content = $4 AND r.mended_at IS NULL;

-- forget_open_rejected
-- Empty the temporary table of rows not mended yet for the next ledger.
TRUNCATE open_rejected;

-- mend
-- Mark rejected rows that the newer ledger no longer has in that form.
UPDATE rejected_rows AS r SET mended_at = now()
FROM open_rejected AS o
WHERE r.owner_id = $1 AND r.ledger_id = o.ledger_id AND r.row_number = o.row_number
    AND NOT EXISTS (
        SELECT FROM staged_rejected AS s
        WHERE s.ledger_id = $2 AND s.row_number = o.row_number AND s.cells = o.cells);

-- count_new
-- How many rows are rejected for the first time.
SELECT count(*) FROM staged_rejected AS s
WHERE s.ledger_id = $1
    AND NOT EXISTS (SELECT FROM open_rejected AS o WHERE o.row_number = s.row_number AND o.cells = s.cells);

-- keep
-- Keep the rows that are rejected for the first time.
INSERT INTO rejected_rows (owner_id, ledger_id, row_number, cells, faults)
SELECT $1, $2, s.row_number, s.cells, s.faults
FROM staged_rejected AS s
WHERE s.ledger_id = $2
    AND NOT EXISTS (SELECT FROM open_rejected AS o WHERE o.row_number = s.row_number AND o.cells = s.cells)
ON CONFLICT ON CONSTRAINT rejected_rows_pk DO NOTHING;

-- list_open
-- The rows of these owners that wait to be mended, by ledger and row.
SELECT r.owner_id, l.path, l.asset_class, l.content, r.row_number, r.cells, r.faults, l.imported_at
FROM rejected_rows AS r
JOIN ledgers AS l ON l.owner_id = r.owner_id AND l.ledger_id = r.ledger_id
WHERE r.owner_id = ANY ($1::uuid[]) AND r.mended_at IS NULL
ORDER BY r.owner_id, l.path, l.content, r.row_number, r.ledger_id
LIMIT $2;
