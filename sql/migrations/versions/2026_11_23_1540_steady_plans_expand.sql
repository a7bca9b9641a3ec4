-- These functions keep their plans for the life of a connection. A plan made while the tables are small or were never
-- analysed would read them from end to end for ever after; each of these look-ups has its index.
ALTER FUNCTION enter(uuid, bytea, date, text) SET enable_seqscan = off;
ALTER FUNCTION asset_past(uuid, uuid, uuid) SET enable_seqscan = off;
ALTER FUNCTION asset_past(uuid, uuid, uuid) SET enable_hashjoin = off;
ALTER FUNCTION asset_past(uuid, uuid, uuid) SET enable_mergejoin = off;
ALTER FUNCTION asset_past(uuid, uuid, uuid) SET enable_bitmapscan = off;
