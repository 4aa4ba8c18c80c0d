"""Kernel slice sensing; see README.md."""
