"""Slice search; see README.md."""
