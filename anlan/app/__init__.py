"""The application: settings, doors, processes, commands; the only place that knows all."""
