"""The command `anlan`."""
