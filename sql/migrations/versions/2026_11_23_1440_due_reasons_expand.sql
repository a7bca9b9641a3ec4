-- The sentences of a due date are written when somebody asks, from its rule and its anchor; millions of rows need not
-- hold them.
ALTER TABLE due_items
    ALTER COLUMN basis DROP NOT NULL,
    ALTER COLUMN reason_ja DROP NOT NULL,
    ALTER COLUMN reason_en DROP NOT NULL;
