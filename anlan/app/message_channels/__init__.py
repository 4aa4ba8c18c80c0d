"""The channels by which messages leave: as they are described, in use, and the command that tries one."""
