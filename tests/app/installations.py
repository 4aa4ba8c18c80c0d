"""Installations of a test's own: a database and folders that are dropped again, and its commands."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.config import Config

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
Make = Callable[[str], Config]


@pytest.fixture
def installation(databases: Databases, tmp_path: Path) -> Iterator[Make]:
    """Return how to make a configuration with a database of its own, dropped afterwards."""
    made: list[str] = []

    def make(name: str) -> Config:
        database = f"anlan_backup_{name}_{WORKER}"
        made.append(database)
        home = tmp_path / name
        home.mkdir()
        return Config(node="n640181", home=home, database_url=databases.url(database))

    yield make
    for database in made:
        _drop(databases, database)


def database_name(own: Config) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(own.database_url)["dbname"])


def connected(databases: Databases, own: Config, role: str) -> psycopg.Connection[Any]:
    return psycopg.connect(databases.dsn(role, database_name(own)))


def _drop(databases: Databases, database: str) -> None:
    with psycopg.connect(databases.dsn("anlan_admin", "postgres"), autocommit=True) as admin:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        admin.execute(statement.format(sql.Identifier(database)))


def anlan(own: Config, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "ANLAN_DATABASE_URL": own.database_url,
        "ANLAN_HOME": str(own.home),
        "ANLAN_NODE": own.node,
    }
    return subprocess.run(
        [sys.executable, "-m", "anlan", *words],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )


def prepared(own: Config) -> Config:
    """Give a new installation its empty database, as its superuser would."""
    done = anlan(own, "db", "prepare")
    assert done.returncode == 0, done.stderr
    return own


def put(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
