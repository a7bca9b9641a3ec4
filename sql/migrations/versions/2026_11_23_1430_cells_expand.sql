-- Assets counted by map cell, for maps too far out to draw each asset. Cells are Web Mercator squares of 2^-level of
-- the world; band is the class of expected loss (0 not scored, 1 lowest to 5 highest).
CREATE TABLE cells (
    owner_id uuid NOT NULL REFERENCES owners,
    asset_class text NOT NULL,
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 24),
    x integer NOT NULL,
    y integer NOT NULL,
    band smallint NOT NULL CHECK (band BETWEEN 0 AND 5),
    n integer NOT NULL,
    loss_yen_per_year double precision NOT NULL,
    CONSTRAINT cells_pk PRIMARY KEY (owner_id, level, x, y, asset_class, band)
);
ALTER TABLE cells ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- A cell tells roughly where an asset lies: aggregate consent is not enough.
CREATE POLICY cells_read ON cells FOR SELECT TO gunmane_app USING (
    owner_id = ANY (string_to_array(current_setting('gm.own', true), ',')::uuid[])
    OR (owner_id::text || ':' || asset_class) = ANY (string_to_array(current_setting('gm.full', true), ','))
    OR (
        (owner_id::text || ':' || asset_class) = ANY (string_to_array(current_setting('gm.condition', true), ','))
        AND asset_class <> 'septic'
    )
);
CREATE POLICY cells_insert ON cells FOR INSERT TO gunmane_app WITH CHECK (
    owner_id = ANY (string_to_array(current_setting('gm.write', true), ',')::uuid[])
);
CREATE POLICY cells_delete ON cells FOR DELETE TO gunmane_app USING (
    owner_id = ANY (string_to_array(current_setting('gm.write', true), ',')::uuid[])
);
GRANT SELECT, INSERT, DELETE ON cells TO gunmane_app;
-- Paging walks (loss, asset) downwards in both columns.
DROP INDEX risks_highest;
CREATE INDEX risks_highest ON risks (owner_id, loss_yen_per_year DESC, asset_id DESC);
