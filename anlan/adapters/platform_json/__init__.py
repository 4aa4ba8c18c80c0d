"""The JSON that platforms tell each other readings in: the project's own format, not a national standard."""
