"""The base map: a bureau's own data, or a pack's invented ones, made into tiles and served by us."""
