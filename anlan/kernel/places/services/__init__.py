"""The only writers of places, split by subject."""
