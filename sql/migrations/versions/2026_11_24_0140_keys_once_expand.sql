-- Few keys would be planned for anew each time, which takes twice as long as looking them up.
ALTER FUNCTION write_for(uuid, uuid[], bytea[], text[]) SET plan_cache_mode = force_generic_plan;
