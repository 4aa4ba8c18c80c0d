"""Adapter mqtt: the observation message of 2b, and NATS' MQTT listener behind it; see README.md."""
