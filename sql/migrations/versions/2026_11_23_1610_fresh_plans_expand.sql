-- Each table of owner data has several indexes that begin with the owner. A plan made while a table is small or its
-- statistics say so may take any of them, and a kept plan stays: it then reads all rows of the owner for each
-- inspection. Planning anew costs a fraction of a millisecond and always sees how large the tables are.
ALTER FUNCTION asset_past(uuid, uuid, uuid) SET plan_cache_mode = force_custom_plan;
