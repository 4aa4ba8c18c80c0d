"""HTTP of people: `sessions` at the root of the API, `directory` under /people."""
