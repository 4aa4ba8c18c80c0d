"""Kernel slice alerts; see README.md."""
