"""Adapter parquet_history: readings in Parquet files, found through a catalogue; see README.md."""
