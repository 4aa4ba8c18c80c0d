"""The government's own map services: described by a bureau, asked by our server only, kept and re-gridded here."""
