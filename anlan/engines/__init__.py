"""Numbers in, numbers out: no Django, no files, no network."""
