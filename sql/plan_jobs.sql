-- save_settings
-- Keep what a region's plan is computed for; nothing is written when nothing differs.
INSERT INTO region_settings AS s (region_id, settings, roads) VALUES ($1, $2, $3)
ON CONFLICT (region_id) DO UPDATE SET settings = excluded.settings, roads = excluded.roads, changed_at = now()
WHERE (s.settings, s.roads) IS DISTINCT FROM (excluded.settings, excluded.roads);

-- settings
-- What a region's plan is computed for.
SELECT settings, roads FROM region_settings WHERE region_id = $1;

-- insert_job
-- Ask for a computation.
INSERT INTO plan_jobs (region_id, job_id, as_of, seed, key_id, requested_at) VALUES ($1, $2, $3, $4, $5, $6);

-- jobs
-- Computations that were asked for in the principal's regions, newest first.
SELECT region_id, job_id, as_of, seed, state, step, progress, attempts, cancel_requested_at, plan_id, error,
    requested_at, started_at, finished_at
FROM plan_jobs
WHERE ($1::uuid IS NULL OR region_id = $1) AND ($2::uuid IS NULL OR job_id < $2) AND ($3::uuid IS NULL OR job_id = $3)
ORDER BY job_id DESC LIMIT $4;

-- cancel_job
-- End a computation: at once while nobody works at it, else by its worker.
UPDATE plan_jobs SET
    cancel_requested_at = coalesce(cancel_requested_at, $3),
    state = CASE WHEN state = 'queued' OR lease_until < now() THEN 'cancelled' ELSE state END,
    finished_at = CASE WHEN state = 'queued' OR lease_until < now() THEN $3 END
WHERE region_id = $1 AND job_id = $2 AND state IN ('queued', 'running');

-- waiting_regions
-- Regions with a computation that waits for a worker.
SELECT region_id FROM planning_regions();

-- claim_job
-- Take a region's waiting computation for so many seconds; other workers pass it by. The clock is the database's.
WITH taken AS MATERIALIZED (
    SELECT j.job_id FROM plan_jobs AS j
    WHERE j.region_id = $1 AND (j.state = 'queued' OR (j.state = 'running' AND j.lease_until < now()))
    LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE plan_jobs AS p SET state = 'running', claim = $2, lease_until = now() + make_interval(secs => $3),
    attempts = p.attempts + 1, started_at = coalesce(p.started_at, now())
FROM taken WHERE p.region_id = $1 AND p.job_id = taken.job_id
RETURNING p.region_id, p.job_id, p.as_of, p.seed, p.state, p.step, p.progress, p.attempts, p.cancel_requested_at,
    p.plan_id, p.error, p.requested_at, p.started_at, p.finished_at;

-- renew_lease
-- Tell that the worker lives; no row: the computation is somebody else's by now. Whether it shall end.
UPDATE plan_jobs SET lease_until = now() + make_interval(secs => $4)
WHERE region_id = $1 AND job_id = $2 AND claim = $3 AND state = 'running'
RETURNING cancel_requested_at IS NOT NULL AS cancelled;

-- note_progress
-- Tell which step a computation is at and how much of it is done; nothing when it is somebody else's by now.
UPDATE plan_jobs SET step = $4, progress = $5
WHERE region_id = $1 AND job_id = $2 AND claim = $3 AND state = 'running';

-- end_job
-- Note how a computation ended; nothing when it is somebody else's by now.
UPDATE plan_jobs SET state = $4, plan_id = $5, error = $6, lease_until = NULL,
    progress = CASE WHEN $4 = 'done' THEN 1 ELSE progress END,
    finished_at = CASE WHEN $4 = 'queued' THEN NULL ELSE now() END
WHERE region_id = $1 AND job_id = $2 AND claim = $3 AND state = 'running';
