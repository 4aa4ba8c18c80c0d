"""Points counted into the cells of map tiles."""
