"""What this software measures about itself; `anlan bench <name>` runs it."""
