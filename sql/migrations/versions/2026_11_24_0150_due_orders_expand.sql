-- Lists of due dates are merged in the order of date, asset and duty: each index has them in that order, and the class,
-- by which it is decided who may read a row.
DROP INDEX due_items_by_date;
CREATE INDEX due_items_by_date ON due_items (owner_id, due, asset_id, duty) INCLUDE (asset_class, state, engineer);
DROP INDEX due_items_by_state;
CREATE INDEX due_items_by_state ON due_items (owner_id, state, due, asset_id, duty) INCLUDE (asset_class, engineer);
DROP INDEX due_items_by_plan;
CREATE INDEX due_items_by_plan ON due_items (owner_id, planned_month, state, due, asset_id, duty)
    INCLUDE (asset_class, engineer) WHERE planned_month IS NOT NULL;
CREATE INDEX due_items_by_engineer ON due_items (owner_id, planned_month, engineer, due, asset_id, duty)
    INCLUDE (asset_class, state) WHERE planned_month IS NOT NULL;
