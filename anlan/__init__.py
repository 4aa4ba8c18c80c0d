"""Anlan (安澜): an open smart emergency-management platform."""
