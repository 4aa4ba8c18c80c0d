"""`python -m anlan` is `anlan`."""

from anlan.app.cli.main import main

main()
