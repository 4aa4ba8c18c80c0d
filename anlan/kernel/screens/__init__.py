"""Kernel slice sketches; see README.md."""
