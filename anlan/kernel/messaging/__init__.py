"""Kernel slice messaging; see README.md."""
