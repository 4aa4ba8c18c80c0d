"""Kernel slice subjects; see README.md."""
