"""Major hazard installations: how much a tank holds, what a unit is graded."""
