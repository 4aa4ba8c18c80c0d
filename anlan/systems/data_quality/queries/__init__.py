"""Reads of data quality: what is wrong, and which firms stand there twice."""
