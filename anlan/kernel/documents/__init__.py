"""Kernel slice documents; see README.md."""
