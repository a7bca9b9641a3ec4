"""The sections of the plan document; each function adds one section of the sheet to a story."""
