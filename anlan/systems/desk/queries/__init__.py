"""Reads of the desk: figures from raw rows, bulletins, rounds."""
