"""The private stack: PostgreSQL, NATS, nginx and Anlan's own processes under one folder."""
