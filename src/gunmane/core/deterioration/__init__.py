"""Deterioration: hazards, forecasts, uncertainty."""
