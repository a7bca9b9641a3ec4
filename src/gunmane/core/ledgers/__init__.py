"""Ledgers: recognising columns and reading values."""
