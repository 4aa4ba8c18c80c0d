"""The peer of history: one PostgreSQL table, one row a reading, in a cluster of its own that syncs."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from anlan.app.bench.processes import used_s
from anlan.app.stack.care import Care
from anlan.app.stack.errors import StackError
from anlan.app.stack.postgres import cluster_in
from anlan.kernel.sensing.batch import Batch

_TABLE = """
    CREATE TABLE reading (number int4 NOT NULL, time_ms int8 NOT NULL, value float8 NOT NULL,
                          quality int2 NOT NULL);
    CREATE INDEX reading_number_time ON reading (number, time_ms)
"""
_COPY = "COPY reading (number, time_ms, value, quality) FROM STDIN (FORMAT binary)"
_RAW = """
    SELECT time_ms, value, quality FROM reading
    WHERE number = ANY(%s) AND time_ms >= %s AND time_ms < %s ORDER BY time_ms
"""
_BUCKETS = """
    SELECT (time_ms - %s) / %s, min(value), max(value), avg(value), count(*) FROM reading
    WHERE number = %s AND time_ms >= %s AND time_ms < %s AND quality <> 0 GROUP BY 1 ORDER BY 1
"""
_ROW = np.dtype(
    {
        "names": ["fields", "n_", "n", "t_", "t", "v_", "v", "q_", "q"],
        "formats": [">i2", ">i4", ">i4", ">i4", ">i8", ">i4", ">f8", ">i4", ">i2"],
    }
)


@dataclass(slots=True)
class PostgresTable:
    """A cluster of its own and a connection to it."""

    care: Care
    pid: int
    connection: psycopg.Connection[Any]

    @classmethod
    def open(cls) -> "PostgresTable | None":
        """Build and start the cluster; None where PostgreSQL is not installed."""
        care = Care()
        home = Path(tempfile.mkdtemp(prefix="anlan-bench-"))
        home.chmod(0o711)
        care.folder(home)
        try:
            cluster = cluster_in(home / "postgres")
            care.folder(cluster.sockets)
            care.folder(cluster.data.parent)
            cluster.build()
            pid = cluster.start(home / "postgres.log")
            care.group(pid, politely="QUIT")
        except StackError:
            care.close()
            return None
        dsn = f"host={cluster.sockets} user=anlan_admin dbname=postgres"
        connection = psycopg.connect(dsn, autocommit=True)
        connection.execute(_TABLE)
        return cls(care, pid, connection)

    def copy_each(self, flushes: Sequence[Sequence[Batch]]) -> None:
        """Add flush after flush, each durable before the next."""
        for batches in flushes:
            self.copy(batches)

    def copy(self, batches: Sequence[Batch]) -> None:
        """Add the readings of some messages in one transaction."""
        payload = b"".join(_binary(batch).tobytes() for batch in batches)
        with self.connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + payload + b"\xff\xff")

    def settle(self) -> None:
        """Let the planner know the table."""
        self.connection.execute("VACUUM ANALYZE reading")

    def bytes_per_reading(self, rows: int) -> float:
        """Return table and index over the rows."""
        found = self.connection.execute("SELECT pg_total_relation_size('reading')").fetchone()
        return float(found[0]) / rows if found else float("nan")

    def cpu_s(self) -> float:
        """Return the CPU seconds that the server and its backends have used."""
        return used_s({"postgres": self.pid})["postgres"]

    def raw(self, numbers: list[int], start: int, end: int) -> list[tuple[Any, ...]]:
        """Return the rows of a span."""
        return self.connection.execute(_RAW, [numbers, start, end]).fetchall()

    def buckets(self, number: int, start: int, end: int, points: int) -> list[tuple[Any, ...]]:
        """Return a span in so many buckets."""
        width = -(-(end - start) // points)
        return self.connection.execute(_BUCKETS, [start, width, number, start, end]).fetchall()

    def close(self) -> None:
        """Stop the cluster and remove its folder."""
        self.connection.close()
        self.care.close()


def _binary(batch: Batch) -> NDArray[Any]:
    """Return the rows as COPY's binary format: the quickest way in."""
    rows = np.empty(len(batch), _ROW)
    rows["fields"], rows["n_"], rows["t_"], rows["v_"], rows["q_"] = 4, 4, 8, 8, 2
    rows["n"], rows["t"] = batch.numbers, batch.times_ms
    rows["v"], rows["q"] = batch.values, batch.quality
    return rows
