"""The only writers of escalations and calls."""
