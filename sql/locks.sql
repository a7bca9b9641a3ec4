-- lead
-- Try to become the one who leads; the lock lasts as long as the connection.
SELECT pg_try_advisory_lock(727100, 1) AS leads;

-- alive
-- Tell whether the lock is still held by this connection.
SELECT count(*) > 0 AS leads FROM pg_locks
WHERE locktype = 'advisory' AND classid = 727100 AND objid = 1 AND granted AND pid = pg_backend_pid();
