"""Readings as columns: what a door does with all of a message at once."""
