"""Fiscal years, eras, months by the Civil Code, holidays given as data."""
