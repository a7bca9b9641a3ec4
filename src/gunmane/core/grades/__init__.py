"""From what was seen or measured to a grade on a named scale, by rules that are data."""
