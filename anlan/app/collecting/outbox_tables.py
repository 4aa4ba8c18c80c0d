"""The tables of the outbox: one SQLite file, written by one process."""

import sqlite3
from pathlib import Path

from anlan.kernel.base.config import ConfigurationError

#: What an older collector left is taken on; a newer one's file is refused.
VERSION = 3
TABLES = """
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, count INTEGER NOT NULL, body BLOB NOT NULL,
    kept_ms INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY, count INTEGER NOT NULL, first_ms INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS dead (
    id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, count INTEGER NOT NULL, status INTEGER NOT NULL,
    reason TEXT NOT NULL, at_ms INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS broken (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, peer TEXT NOT NULL, reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL, size INTEGER NOT NULL, raw BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS broken_source ON broken (source, id);
CREATE TABLE IF NOT EXISTS heard (
    source TEXT NOT NULL, name TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (source, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS part (
    source TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (source, name, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (
    source TEXT PRIMARY KEY, mark TEXT NOT NULL, floor TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS taken (
    source TEXT NOT NULL, key TEXT NOT NULL, place NOT NULL, digest BLOB NOT NULL, is_gone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS taken_place ON taken (source, place);
CREATE TABLE IF NOT EXISTS tally (
    source TEXT NOT NULL, day TEXT NOT NULL, kept INTEGER NOT NULL, refused INTEGER NOT NULL,
    unmapped INTEGER NOT NULL, PRIMARY KEY (source, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
"""
#: What an older version lacks; nothing of it is done or all.
_KEPT_MS = "ALTER TABLE entry ADD COLUMN kept_ms INTEGER NOT NULL DEFAULT 0;"
LACKS = {
    1: _KEPT_MS,
    2: f"{_KEPT_MS} ALTER TABLE progress ADD COLUMN floor TEXT NOT NULL DEFAULT '';",
}
#: What the log beside the file may keep on disk after it has been worked in.
WAL_BYTES = 4 * 1024**2
BUSY_S = 10.0


def opened(file: Path) -> sqlite3.Connection:
    """Open the outbox for its one writer, durable: what is committed survives a loss of power."""
    file.touch(mode=0o600)  # before SQLite makes it: the log beside it takes its rights
    connection = sqlite3.connect(
        file, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        connection.close()
        raise sqlite3.DatabaseError(f"{file} was written by a newer collector ({version})")
    if lacking := LACKS.get(version):
        connection.executescript(f"BEGIN; {lacking} PRAGMA user_version = {VERSION}; COMMIT;")
    connection.executescript(TABLES)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    return connection


def looked_at(file: Path) -> sqlite3.Connection:
    """Open the outbox for reading beside its writer. Raises ConfigurationError where no collector has run yet."""
    try:
        db = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)
    except sqlite3.OperationalError as error:
        raise _no_outbox(file) from error
    [version] = db.execute("PRAGMA user_version").fetchone()
    if not version:  # its writer is about to make the tables
        db.close()
        raise _no_outbox(file)
    return db


def _no_outbox(file: Path) -> ConfigurationError:
    return ConfigurationError(
        f"{file}：采集器还没有运行过 · no collector has run with this outbox yet"
    )
