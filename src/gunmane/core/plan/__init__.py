"""The consolidation plan."""
