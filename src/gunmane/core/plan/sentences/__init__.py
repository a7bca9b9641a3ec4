"""Rules that write one section's heading (its finding) and paragraphs from the numbers of a plan sheet."""
