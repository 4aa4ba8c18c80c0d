"""System data_quality (D4); see README.md."""
