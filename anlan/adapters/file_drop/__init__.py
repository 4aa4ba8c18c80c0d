"""Files that somebody lays into a folder: the way through a one-way gate (网闸), and out of old systems."""
