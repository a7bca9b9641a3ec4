-- A night's reminders are picked from a few dates among millions of rows that lie scattered in the table: with the
-- columns in the index the table itself is not read.
DROP INDEX due_items_by_date;
CREATE INDEX due_items_by_date ON due_items (owner_id, due, asset_id) INCLUDE (asset_class, duty, state, engineer);
