-- lead
-- Try to become the one who leads; the lock lasts as long as the connection.
SELECT pg_try_advisory_lock(727100, 1) AS leads;

-- alive
-- Tell whether the lock is still held by this connection.
SELECT count(*) > 0 AS leads FROM pg_locks
WHERE locktype = 'advisory' AND classid = 727100 AND objid = 1 AND granted AND pid = pg_backend_pid();

-- others_write
-- Tell whether another transaction holds what `hold_owners` takes for one of these owners.
SELECT EXISTS (
    SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 727102 AND granted AND pid <> pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND objid IN (SELECT (hashtext(o::text)::bigint & 4294967295)::oid FROM unnest($1::uuid[]) AS o)
) AS others;

-- hold_owners
-- Wait for the turn to write what is imported and computed for these owners; it ends with the transaction.
SELECT count(*) FROM (
    SELECT pg_advisory_xact_lock(727102, one.number)
    FROM (SELECT DISTINCT hashtext(o::text) AS number FROM unnest($1::uuid[]) AS o ORDER BY 1) AS one
) AS held;
