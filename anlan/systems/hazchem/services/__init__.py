"""The only writers of chemicals and installations."""
