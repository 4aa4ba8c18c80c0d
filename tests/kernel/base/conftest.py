"""What the tests of the base share: a database whose journal they may fill."""

from tests.journal_rows import journal_dsn

__all__ = ["journal_dsn"]
