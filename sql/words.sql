-- unworded_owners
-- Owners whose assets have been written since their words were, or never had any.
SELECT owner_id FROM unworded_owners();

-- imported
-- Note that an import has written assets of an owner.
INSERT INTO asset_word_marks (owner_id, written, worded) VALUES ($1, 1, 0)
ON CONFLICT (owner_id) DO UPDATE SET written = asset_word_marks.written + 1;

-- written
-- How often an owner's assets have been written by imports.
SELECT written FROM asset_word_marks WHERE owner_id = $1;

-- worded
-- Note that the words of an owner's assets are those of so many imports.
INSERT INTO asset_word_marks (owner_id, written, worded) VALUES ($1, $2, $2)
ON CONFLICT (owner_id) DO UPDATE SET worded = excluded.worded;

-- unworded
-- The next assets of an owner after one whose words lack or are of a former state.
SELECT a.asset_id, a.asset_class, a.revision, a.number, a.name, a.route
FROM assets AS a
LEFT JOIN asset_words AS w ON w.owner_id = a.owner_id AND w.asset_id = a.asset_id
WHERE a.owner_id = $1 AND ($2::uuid IS NULL OR a.asset_id > $2) AND (w.asset_id IS NULL OR w.revision < a.revision)
ORDER BY a.asset_id
LIMIT $3;

-- put
-- Keep the words of an asset, unless those of a later state are there.
INSERT INTO asset_words (owner_id, asset_id, asset_class, revision, grams) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (owner_id, asset_id) DO UPDATE SET revision = excluded.revision, grams = excluded.grams
WHERE asset_words.revision < excluded.revision;

-- complete
-- Which of these owners have the words of all their assets.
SELECT m.owner_id FROM asset_word_marks AS m WHERE m.owner_id = ANY ($1::uuid[]) AND m.written = m.worded;

-- find
-- Assets of some owners with all of the wanted parts, so many of each owner at most.
SELECT owner_id, asset_id FROM find_words($1::uuid[], $2::integer[], $3);
