-- lock_plan
-- The state of an edition and of the one that the region has decided, to be changed; others who would change them wait.
SELECT region_id, plan_id, edition, status FROM plans
WHERE region_id = (SELECT region_id FROM plans WHERE plan_id = $1) AND (plan_id = $1 OR status = 'decided')
ORDER BY edition FOR UPDATE;

-- supersede
-- Note that a decided edition gives way to another.
UPDATE plans SET status = 'superseded', superseded_by = $2
WHERE region_id = $1 AND status = 'decided' AND plan_id <> $2;

-- set_decided
-- Make a draft the region's decided plan.
UPDATE plans SET status = 'decided' WHERE region_id = $1 AND plan_id = $2 AND status = 'draft';

-- insert_decision
-- Record who decided an edition, with the document as decided.
INSERT INTO plan_decisions (region_id, plan_id, decided_on, meeting, decided_by, title, note, pdf, pdf_sha256, key_id,
    recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- decision
-- Who decided an edition, when and where.
SELECT region_id, plan_id, decided_on, meeting, decided_by, title, note, pdf_sha256, key_id, recorded_at
FROM plan_decisions WHERE plan_id = $1;

-- plan_by_edition
-- The identifier of a region's edition, of the newest where none is named.
SELECT plan_id FROM plans WHERE region_id = $1 AND ($2::integer IS NULL OR edition = $2) ORDER BY edition DESC LIMIT 1;

-- earlier_plan
-- The identifier of the edition before one.
SELECT b.plan_id FROM plans AS a JOIN plans AS b ON b.region_id = a.region_id AND b.edition < a.edition
WHERE a.plan_id = $1 ORDER BY b.edition DESC LIMIT 1;
