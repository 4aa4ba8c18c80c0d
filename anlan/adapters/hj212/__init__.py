"""HJ 212-2017, by which environmental stations and many plants report."""
