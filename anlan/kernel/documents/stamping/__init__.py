"""What a copy of a document says of who took it, drawn on PDF and pictures (8.1.4.11 b)."""
