"""Kernel slice base; see README.md."""
