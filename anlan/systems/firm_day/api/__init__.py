"""HTTP of work permits and commitments."""
