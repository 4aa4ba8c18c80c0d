"""Coordinates as the country's maps give them."""
