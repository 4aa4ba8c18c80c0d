"""Reads of work permits and commitments."""
