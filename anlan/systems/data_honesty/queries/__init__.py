"""Reads of data honesty."""
