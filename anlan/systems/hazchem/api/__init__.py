"""HTTP of chemicals and installations."""
