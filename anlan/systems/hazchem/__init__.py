"""System hazchem (A1); see README.md."""
