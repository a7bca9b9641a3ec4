-- find_finished_run
-- The newest finished run of a kind that started from the same state of the database.
SELECT region_id, run_id, kind, inputs_digest, seed, parameters, code_version, state, progress, result, error,
    requested_at, started_at, finished_at
FROM runs
WHERE region_id = $1 AND kind = $2 AND parameters ->> 'state' = $3 AND state = 'done'
ORDER BY requested_at DESC
LIMIT 1;

-- run
-- One run.
SELECT region_id, run_id, kind, inputs_digest, seed, parameters, code_version, state, progress, result, error,
    requested_at, started_at, finished_at
FROM runs WHERE region_id = $1 AND run_id = $2;

-- start_run
-- Record that a computation begins.
INSERT INTO runs (region_id, run_id, kind, inputs_digest, seed, parameters, code_version, state, started_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'running', now())
ON CONFLICT (region_id, run_id) DO UPDATE
SET state = 'running', progress = 0, error = NULL, started_at = now(), parameters = excluded.parameters;

-- progress_run
-- Record how far a computation has come (0 to 1).
UPDATE runs SET progress = $3 WHERE region_id = $1 AND run_id = $2 AND state = 'running';

-- finish_run
-- Record the result of a computation.
UPDATE runs SET state = 'done', progress = 1, result = $3, finished_at = now()
WHERE region_id = $1 AND run_id = $2;

-- fail_run
-- Record why a computation ended without a result.
UPDATE runs SET state = 'failed', error = $3, finished_at = now()
WHERE region_id = $1 AND run_id = $2 AND state IN ('queued', 'running');

-- insert_plan
-- Store a plan as an edition of the region.
INSERT INTO plans (region_id, plan_id, run_id, edition, as_of, sheet, sheet_sha256, pdf, pdf_sha256)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- next_edition
-- The number that the region's next edition gets.
SELECT coalesce(max(edition), 0) + 1 FROM plans WHERE region_id = $1;

-- plan_of_run
-- The plan that a run made, with its document, as decided where it was.
SELECT
    p.region_id, p.plan_id, p.run_id, p.edition, p.status, p.as_of, p.sheet, coalesce(d.pdf, p.pdf) AS pdf,
    coalesce(d.pdf_sha256, p.pdf_sha256) AS pdf_sha256, p.created_at
FROM plans AS p LEFT JOIN plan_decisions AS d ON d.region_id = p.region_id AND d.plan_id = p.plan_id
WHERE p.region_id = $1 AND p.run_id = $2;

-- decided_plan
-- The plan that a region has decided, with its document.
SELECT
    p.region_id, p.plan_id, p.run_id, p.edition, p.status, p.as_of, p.sheet, d.pdf, d.pdf_sha256, p.created_at
FROM plans AS p JOIN plan_decisions AS d ON d.region_id = p.region_id AND d.plan_id = p.plan_id
WHERE p.region_id = $1 AND p.status = 'decided';

-- state_of_inputs
-- What a computation over these owners starts from: counts and last changes of everything that it reads.
SELECT
    (SELECT count(*) || ' ' || coalesce(max(recorded_at)::text, '') || ' ' || coalesce(sum(revision), 0)
        FROM assets WHERE owner_id = ANY ($1::uuid[])) AS assets,
    (SELECT count(*) || ' ' || coalesce(max(recorded_at)::text, '')
        FROM inspections WHERE owner_id = ANY ($1::uuid[])) AS inspections,
    (SELECT count(*) || ' ' || coalesce(max(recorded_at)::text, '')
        FROM repairs WHERE owner_id = ANY ($1::uuid[])) AS repairs;
