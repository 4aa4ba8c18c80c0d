"""The REST service of a platform above, read in pages by a watermark."""
