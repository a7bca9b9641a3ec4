"""From the inventory's columns to forecasts, risks, duties and the plan of a region."""
