"""HTTP of the base: the journal under /audit, what reactions refused under /operations."""
