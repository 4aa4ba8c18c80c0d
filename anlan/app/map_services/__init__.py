"""The government's map services: their door, and the command that looks whether they answer."""
