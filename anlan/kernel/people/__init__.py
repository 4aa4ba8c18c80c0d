"""Kernel slice people; see README.md."""
