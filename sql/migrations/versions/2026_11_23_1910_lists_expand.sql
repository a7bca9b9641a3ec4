-- Lists of a million assets: what is asked for lies together in an index, in the order of the list.
CREATE INDEX risks_by_class ON risks (owner_id, asset_class, loss_yen_per_year DESC, asset_id DESC);
CREATE INDEX due_items_by_state ON due_items (owner_id, state, due, asset_id, duty);
CREATE INDEX conditions_by_grade ON conditions (owner_id, grade);
CREATE INDEX assets_not_in_service ON assets (owner_id, status) WHERE status <> 'in_service';
CREATE INDEX due_items_planned ON due_items (owner_id, planned_month) WHERE planned_month IS NOT NULL;
