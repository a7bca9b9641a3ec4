-- Lists are ordered by expected loss, which computations write; what they are narrowed by belongs to the asset. Copies of
-- it beside the loss let an index hold both, so that a page is found without looking at what it does not show.
ALTER TABLE risks ADD COLUMN status text, ADD COLUMN municipality_code text, ADD COLUMN place bigint,
    ADD COLUMN bounds box;

-- Whoever owns the tables is bound by their policies, too, unless it is a superuser.
ALTER TABLE risks NO FORCE ROW LEVEL SECURITY;
ALTER TABLE assets NO FORCE ROW LEVEL SECURITY;
UPDATE risks AS r SET status = a.status, municipality_code = a.municipality_code, place = a.place,
    bounds = a.bounds
FROM assets AS a WHERE a.owner_id = r.owner_id AND a.asset_id = r.asset_id;
ALTER TABLE assets FORCE ROW LEVEL SECURITY;
ALTER TABLE risks FORCE ROW LEVEL SECURITY;

-- The copies follow the asset. A computation that is replacing the risks is waited for, and what it wrote is changed by
-- the second statement, which sees it.
CREATE FUNCTION copy_to_risks() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE public.risks AS r SET status = NEW.status, municipality_code = NEW.municipality_code, place = NEW.place,
        bounds = NEW.bounds
    WHERE r.owner_id = NEW.owner_id AND r.asset_id = NEW.asset_id;
    IF NOT FOUND THEN
        UPDATE public.risks AS r SET status = NEW.status, municipality_code = NEW.municipality_code, place = NEW.place,
            bounds = NEW.bounds
        WHERE r.owner_id = NEW.owner_id AND r.asset_id = NEW.asset_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER assets_to_risks AFTER UPDATE ON assets FOR EACH ROW
WHEN (ROW(OLD.status, OLD.municipality_code, OLD.place) IS DISTINCT FROM ROW(NEW.status, NEW.municipality_code, NEW.place)
    OR NOT OLD.bounds ~= NEW.bounds)
EXECUTE FUNCTION copy_to_risks();
-- A computation of the former program writes no copies: they are read where it leaves them out.
CREATE FUNCTION copy_from_asset() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    SELECT a.status, a.municipality_code, a.place, a.bounds
    INTO NEW.status, NEW.municipality_code, NEW.place, NEW.bounds
    FROM public.assets AS a WHERE a.owner_id = NEW.owner_id AND a.asset_id = NEW.asset_id;
    RETURN NEW;
END
$$;
CREATE TRIGGER risks_from_asset BEFORE INSERT ON risks FOR EACH ROW WHEN (NEW.status IS NULL)
EXECUTE FUNCTION copy_from_asset();

DROP INDEX risks_highest;
DROP INDEX risks_by_class;
CREATE INDEX risks_highest ON risks (owner_id, loss_yen_per_year DESC, asset_id DESC)
    INCLUDE (asset_class, status, municipality_code, bounds);
CREATE INDEX risks_by_class ON risks (owner_id, asset_class, loss_yen_per_year DESC, asset_id DESC)
    INCLUDE (status, municipality_code, bounds);
CREATE INDEX risks_by_status ON risks (owner_id, status, loss_yen_per_year DESC, asset_id DESC)
    INCLUDE (asset_class, municipality_code) WHERE status <> 'in_service';
CREATE INDEX risks_by_municipality ON risks (owner_id, municipality_code, loss_yen_per_year DESC, asset_id DESC)
    INCLUDE (asset_class, status);
CREATE INDEX risks_by_place ON risks (owner_id, place)
    INCLUDE (asset_class, loss_yen_per_year, asset_id, status, municipality_code, bounds);
CREATE UNIQUE INDEX risks_by_asset ON risks (owner_id, asset_id) INCLUDE (asset_class, loss_yen_per_year);
ALTER TABLE risks DROP CONSTRAINT risks_pk;
ALTER TABLE risks ADD CONSTRAINT risks_pk PRIMARY KEY USING INDEX risks_by_asset;
-- Rare grades are gathered, and only those of classes that may be read.
DROP INDEX conditions_by_grade;
CREATE INDEX conditions_by_grade ON conditions (owner_id, grade, asset_class) INCLUDE (asset_id, scale);
-- Due dates of one class, whose share may be small.
CREATE INDEX due_items_by_class ON due_items (owner_id, asset_class, state, due, asset_id, duty);
-- What does not touch a box is passed without looking at the row.
DROP INDEX assets_place;
CREATE INDEX assets_place ON assets (owner_id, place) INCLUDE (asset_class, asset_id, bounds);
