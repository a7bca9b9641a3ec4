-- The 80 % intervals of the probabilities within 1 and 10 years, beside that within 5.
ALTER TABLE risks
    ADD COLUMN bad_1y_low real,
    ADD COLUMN bad_1y_high real,
    ADD COLUMN bad_10y_low real,
    ADD COLUMN bad_10y_high real;
