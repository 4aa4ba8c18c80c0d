"""The only writers of work permits and commitments."""
