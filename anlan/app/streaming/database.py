"""What the live process asks PostgreSQL: one connection, read only, as its own role."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg

from anlan.kernel.base.config import Config
from anlan.kernel.base.database_line import watched
from anlan.kernel.base.permissions import EVERYTHING

log = logging.getLogger("anlan.live")

ROLE = "anlan_live"
ANSWER_S = 2.0


class DatabaseAwayError(RuntimeError):
    """PostgreSQL does not answer; what is known stays good for now."""


class Database:
    """A connection that is made when it is needed, and made again when it was lost."""

    def __init__(self, config: Config) -> None:
        self._conninfo = _conninfo(config)
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._turn = asyncio.Lock()
        self.is_there = False

    async def fetch(self, statement: LiteralString, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return the rows of a query. Raises DatabaseAwayError within two seconds."""
        async with self._turn:
            try:
                async with asyncio.timeout(ANSWER_S):
                    connection = await self._connected()
                    cursor = await connection.execute(statement, values)
                    found = await cursor.fetchall()
            except (psycopg.OperationalError, TimeoutError) as error:
                await self.close()
                if self.is_there:
                    log.warning("PostgreSQL is away: %r", error)
                self.is_there = False
                raise DatabaseAwayError(str(error)) from error
            self.is_there = True
            return found

    async def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

    async def _connected(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed:
            connect = psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
            self._connection = await connect
        return self._connection


def _conninfo(config: Config) -> str:
    """Return how to connect; the process sees every row, and applies each listener's scope itself."""
    spans = ",".join(f"[{low},{high}]" for low, high in EVERYTHING.divs)
    settings = {
        "anlan.divs": "{" + spans + "}",
        "anlan.audit": "on",  # the journal of drills too
        "anlan.actor": "system:live",
        "default_transaction_read_only": "on",
        "TimeZone": "UTC",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    line = watched(psycopg.conninfo.conninfo_to_dict(config.database_url)) | {"connect_timeout": 2}
    return psycopg.conninfo.make_conninfo(
        config.database_url, user=ROLE, application_name=ROLE, options=options, **line
    )
