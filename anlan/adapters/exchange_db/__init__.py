"""The exchange database of a platform above, read by a watermark."""
