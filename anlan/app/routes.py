"""Mounts the slices' routes; the order is the kernel's."""

from anlan.app.api import api

__all__ = ["api"]
