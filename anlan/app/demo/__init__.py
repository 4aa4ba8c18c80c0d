"""The demo: an invented cast and invented firms at a real place, fed by series that we did not invent."""
