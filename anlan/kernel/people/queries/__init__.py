"""Reads of people, split by subject."""
