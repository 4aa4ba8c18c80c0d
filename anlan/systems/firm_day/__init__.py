"""System firm_day (A1); see README.md."""
