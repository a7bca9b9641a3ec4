-- save_model
-- Store a fit as a proposal; the same fit found again keeps its state, and while it is a proposal counts as new.
INSERT INTO models (region_id, model_id, run_id, asset_class, scale, card, fit, digest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (region_id, asset_class, scale, digest) DO UPDATE
SET card = CASE WHEN models.state = 'proposed' THEN excluded.card ELSE models.card END,
    run_id = CASE WHEN models.state = 'proposed' THEN excluded.run_id ELSE models.run_id END,
    proposed_at = CASE WHEN models.state = 'proposed' THEN excluded.proposed_at ELSE models.proposed_at END
RETURNING model_id;

-- save_owner
-- Store one owner's part of a model.
INSERT INTO model_owners (owner_id, region_id, model_id, asset_class, card, fit, forecast)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (owner_id, region_id, model_id) DO UPDATE SET card = excluded.card, forecast = excluded.forecast;

-- save_forecast_model
-- Note which model a run's forecasts of a class on a scale come from.
INSERT INTO forecast_models (region_id, run_id, asset_class, scale, model_id, adopted)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING;

-- adopted
-- The adopted models of a region with their fits.
SELECT region_id, model_id, run_id, asset_class, scale, state, digest, proposed_at, card, fit
FROM models WHERE region_id = $1 AND state = 'adopted' AND fit IS NOT NULL ORDER BY asset_class, scale;

-- owner_fits
-- The owners' parts of some models, to forecast with.
SELECT owner_id, model_id, card, fit FROM model_owners WHERE region_id = $1 AND model_id = ANY ($2::uuid[]);

-- models
-- Models without their fits, newest first by class and scale; the adopted one before the others.
SELECT region_id, model_id, run_id, asset_class, scale, state, digest, proposed_at, card
FROM models
WHERE ($1::uuid IS NULL OR region_id = $1) AND ($2::text[] IS NULL OR asset_class = ANY ($2))
    AND ($3::text[] IS NULL OR state = ANY ($3)) AND ($4::uuid IS NULL OR model_id = $4) AND fit IS NOT NULL
ORDER BY asset_class, scale, (state = 'adopted') DESC, proposed_at DESC, model_id
LIMIT $5;

-- owners_of_model
-- The owners' parts of a model that may be seen, by name.
SELECT m.owner_id, o.code, o.name, m.card, m.forecast
FROM model_owners AS m JOIN owners AS o USING (owner_id)
WHERE m.region_id = $1 AND m.model_id = $2 ORDER BY o.code;

-- decisions
-- Who decided what about a model, newest first.
SELECT model_id, state, decided_at, decided_by, reason
FROM model_decisions WHERE region_id = $1 AND model_id = ANY ($2::uuid[]) ORDER BY decided_at DESC, decision_id DESC;

-- lock_models
-- Hold a model and the one adopted for the same class and scale, until the transaction ends.
SELECT region_id, model_id, asset_class, scale, state FROM models
WHERE (region_id, asset_class, scale) = (SELECT region_id, asset_class, scale FROM models WHERE model_id = $1)
    AND (model_id = $1 OR state = 'adopted') AND fit IS NOT NULL
ORDER BY model_id FOR UPDATE;

-- set_state
-- Change the state of a model.
UPDATE models SET state = $3 WHERE region_id = $1 AND model_id = $2;

-- insert_decision
-- Record who decided what about a model.
INSERT INTO model_decisions (region_id, decision_id, model_id, state, decided_at, decided_by, reason, key_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- forecast_models
-- The models that the forecasts of some runs come from.
SELECT run_id, asset_class, scale, model_id, adopted FROM forecast_models WHERE run_id = ANY ($1::uuid[])
ORDER BY run_id, asset_class, scale;
