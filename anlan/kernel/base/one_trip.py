"""A unit of work that is sent whole: scope, statements and COMMIT go out together (7.7).

In an ordinary one each statement waits for the answer to the one before. On a machine that has more to
do, whoever waits is woken late, and five waits cost more than the work that they wait for.

Nothing of the caller runs between BEGIN and COMMIT: PostgreSQL begins to count how long a transaction is
idle only when it has answered, and here it answers at the end.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import Cursor
from psycopg.pq import TransactionStatus

from anlan.kernel.base.permissions import Principal
from anlan.kernel.base.unit_of_work import SET_SCOPE, scope_settings

Statement = tuple[str, Mapping[str, Any] | Sequence[Any]]
_OPEN = (TransactionStatus.INTRANS, TransactionStatus.INERROR)


def one_trip(principal: Principal, statements: Sequence[Statement]) -> None:
    """Run statements with their values in one transaction of their own; what they answer is not heard.

    Raises what the first statement that failed raised; nothing is written then. Raises RuntimeError inside
    another transaction, and django's OperationalError when nobody knows whether the commit came through.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a transaction is open: what goes in one trip has its own")
    connection.ensure_connection()
    held = connection.connection
    with connection.wrap_database_errors:
        try:
            with held.pipeline(), Cursor(held) as cursor:
                cursor.execute("BEGIN")
                for text, values in ((SET_SCOPE, scope_settings(principal)), *statements):
                    cursor.execute(text.encode(), values, prepare=True)
                cursor.execute("COMMIT")
        finally:
            if held.info.transaction_status in _OPEN:
                held.rollback()
