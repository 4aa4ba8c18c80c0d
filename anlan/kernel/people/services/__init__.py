"""The only writers of people, split by subject."""
