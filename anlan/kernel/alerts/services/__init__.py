"""The verbs of alarms: what the engine writes, what people answer."""
