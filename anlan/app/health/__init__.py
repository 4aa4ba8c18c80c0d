"""How the house is: facts are read, rules turn them into checks, the API and the doctor show them."""
