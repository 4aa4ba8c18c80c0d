"""Kernel slice maps; see README.md."""
