"""Region packs: one county with its neighbours, out of installed packages."""
