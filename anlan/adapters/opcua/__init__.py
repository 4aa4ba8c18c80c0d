"""OPC UA, by which control systems and historians of a plant tell of changes."""
