"""The live stream in parts: what is heard, who hears it, in which frames (7.15)."""
