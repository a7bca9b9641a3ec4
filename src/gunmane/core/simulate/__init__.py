"""A region of fictitious municipalities with known true hazards, from a seed to tables."""
