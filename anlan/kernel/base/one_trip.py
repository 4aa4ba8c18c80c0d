"""A unit of work that is sent whole: scope, statements and COMMIT go out together (7.7).

In an ordinary one each statement waits for the answer to the one before. On a machine that has more to
do, whoever waits is woken late, and five waits cost more than the work that they wait for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg import Cursor
from psycopg.pq import TransactionStatus

from anlan.kernel.base.permissions import Principal
from anlan.kernel.base.unit_of_work import SET_SCOPE, acting, scope_settings


@contextmanager
def one_trip(principal: Principal) -> Iterator[Cursor[Any]]:
    """Open a unit of work whose answers come after its commit: inside nothing can be fetched.

    Raises what the first statement that failed raised; nothing is written then. Raises RuntimeError inside
    another transaction, and django's OperationalError when nobody knows whether the commit came through.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a transaction is open: what goes in one trip has its own")
    connection.ensure_connection()
    held = connection.connection
    with acting(principal), connection.wrap_database_errors:
        try:
            with held.pipeline(), Cursor(held) as cursor:
                cursor.execute("BEGIN")
                cursor.execute(SET_SCOPE, scope_settings(principal), prepare=True)
                yield cursor
                cursor.execute("COMMIT")
        finally:
            if held.info.transaction_status in (
                TransactionStatus.INTRANS,
                TransactionStatus.INERROR,
            ):
                held.rollback()
