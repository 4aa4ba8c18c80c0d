"""The demo's base map: invented round the real county, and said to be so wherever it is drawn."""
