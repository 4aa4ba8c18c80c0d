"""Anlan (安澜): an open smart emergency-management platform."""

__version__ = "0.1.0"
