"""What the base itself writes beside the journal."""
