-- A ledger may hold repairs.
ALTER TABLE ledgers DROP CONSTRAINT ledgers_content_check;
ALTER TABLE ledgers ADD CONSTRAINT ledgers_content_check CHECK (content IN ('assets', 'inspections', 'repairs'));
