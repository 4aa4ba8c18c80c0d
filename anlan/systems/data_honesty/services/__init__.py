"""Verbs of data honesty."""
