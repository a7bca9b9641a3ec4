"""Composition root of the service."""
