"""HTTP of places: reading by everybody, keeping by the data keepers."""
