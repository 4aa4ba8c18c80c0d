"""Reads of chemicals and installations."""
