"""Kernel slice places; see README.md."""
