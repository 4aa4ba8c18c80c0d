"""Modbus TCP, by which most controllers and instruments of a plant can be asked."""
