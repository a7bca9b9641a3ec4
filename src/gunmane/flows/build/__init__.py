"""From a region in the database to its plan: read, fit, score, duties, schedule, store, plan, document."""
