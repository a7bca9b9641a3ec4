"""Reminders: who is told of which due date when, in which words, and how often sending is tried."""
