"""Readers of the formats that a bureau has; what only some of them need is imported when it is used."""
