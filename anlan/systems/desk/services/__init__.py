"""Verbs of the desk, its only writers."""
