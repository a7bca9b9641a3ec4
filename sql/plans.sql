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

-- insert_override
-- Record what a person sets against a proposal.
INSERT INTO plan_overrides (region_id, override_id, owner, asset_class, asset_id, code, content, key_id, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- overrides
-- What people have set against proposals of the principal's regions, withdrawn ones only if asked for, newest first.
SELECT region_id, override_id, content, key_id, recorded_at, withdrawn_at, withdrawn_by
FROM plan_overrides
WHERE ($1::uuid IS NULL OR region_id = $1) AND ($2::uuid IS NULL OR override_id = $2)
    AND ($3 OR withdrawn_at IS NULL)
ORDER BY recorded_at DESC, override_id;

-- override_by_code
-- The override of a decision that stands, whatever it says.
SELECT override_id FROM plan_overrides WHERE region_id = $1 AND code = $2 AND withdrawn_at IS NULL;

-- withdraw_override
-- End an override; the next computation decides by itself again.
UPDATE plan_overrides SET withdrawn_at = $3, withdrawn_by = $4
WHERE region_id = $1 AND override_id = $2 AND withdrawn_at IS NULL;

-- asset_of_override
-- An asset with its latest judgement, by its identifier or by owner, class and number.
SELECT o.code AS owner, a.asset_class, a.number, a.asset_id, c.scale, c.grade
FROM assets AS a
JOIN owners AS o ON o.owner_id = a.owner_id
LEFT JOIN conditions AS c ON c.owner_id = a.owner_id AND c.asset_id = a.asset_id
WHERE ($1::uuid IS NOT NULL AND a.asset_id = $1)
    OR ($1::uuid IS NULL AND o.code = $2 AND a.asset_class = $3 AND a.number = $4)
LIMIT 1;

-- decision_codes
-- The codes of all decisions of a region's newest plan.
SELECT c ->> 'code' AS code, c ->> 'owner' AS owner
FROM jsonb_array_elements(
    (SELECT p.sheet -> 'choices' FROM plans AS p WHERE p.region_id = $1 ORDER BY p.edition DESC LIMIT 1)
) AS c;

-- codes_of_plan
-- The codes of all decisions of an edition.
SELECT c ->> 'code' AS code FROM plans AS p, jsonb_array_elements(p.sheet -> 'choices') AS c WHERE p.plan_id = $1;

-- last_year
-- The last fiscal year of a region's newest plan.
SELECT ((p.sheet -> 'facts' ->> 'first_year')::integer + (p.sheet -> 'facts' ->> 'years')::integer - 1) AS last_year
FROM plans AS p WHERE p.region_id = $1 ORDER BY p.edition DESC LIMIT 1;

-- insert_comment
-- Record what a person says of an edition.
INSERT INTO plan_comments (region_id, comment_id, plan_id, code, owner_id, body, author, key_id, recorded_at)
SELECT p.region_id, $2, p.plan_id, $3, $4, $5, $6, $7, $8 FROM plans AS p WHERE p.plan_id = $1
RETURNING comment_id, plan_id, code, owner_id, body, author, key_id, recorded_at;

-- comments
-- What people say of an edition, oldest first.
SELECT comment_id, plan_id, code, owner_id, body, author, key_id, recorded_at
FROM plan_comments WHERE plan_id = $1 ORDER BY recorded_at, comment_id;
