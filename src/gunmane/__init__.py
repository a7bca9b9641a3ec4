"""Neighbouring municipalities manage roads, pipes and septic systems as one group."""

__version__ = "0.1.0"
