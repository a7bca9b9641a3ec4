"""Duties: statutory obligations and their windows."""
