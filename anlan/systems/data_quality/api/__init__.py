"""HTTP of data quality."""
