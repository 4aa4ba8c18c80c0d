"""A stack for one test run: a cluster in a temporary folder, a migrated template, quick clones."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from anlan.app.stack.care import Care
from anlan.app.stack.errors import StackError
from anlan.app.stack.postgres import cluster_in

TEMPLATE = "anlan_template"


@dataclass(frozen=True, slots=True)
class Databases:
    """Where the run's cluster is; plain words, so that test workers get it by environment."""

    home: Path
    sockets: Path

    def url(self, database: str) -> str:
        """Return the address of a database, without a user."""
        return f"postgresql:///{database}?host={self.sockets}"

    def dsn(self, role: str, database: str) -> str:
        """Return a connection string for one role."""
        return f"host={self.sockets} user={role} dbname={database}"

    def clone(self, name: str) -> None:
        """Make a database equal to the template, in place of one of that name."""
        with psycopg.connect(self.dsn("anlan_admin", "postgres"), autocommit=True) as admin:
            target = sql.Identifier(name)
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
            template = sql.Identifier(TEMPLATE)
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER anlan_owner")
            admin.execute(statement.format(target, template))

    def to_text(self) -> str:
        """Write it for an environment variable."""
        return json.dumps({"home": str(self.home), "sockets": str(self.sockets)})

    @classmethod
    def from_text(cls, text: str) -> "Databases":
        """Read what `to_text` wrote."""
        found = json.loads(text)
        return cls(Path(found["home"]), Path(found["sockets"]))


class ThrowAwayStack:
    """The run's own cluster; whatever way the run ends, nothing of it stays."""

    def __init__(self) -> None:
        self._care = Care()
        self.home = Path(tempfile.mkdtemp(prefix="anlan-test-"))
        self.home.chmod(0o711)
        self._care.folder(self.home)
        self._cluster = cluster_in(self.home / "postgres", throw_away=True)
        self._care.folder(self._cluster.sockets)
        self._care.folder(self._cluster.data.parent)
        self.databases = Databases(self.home, self._cluster.sockets)
        self.is_started = False

    def start(self) -> None:
        """Build and start the cluster and make its template."""
        self._cluster.build()
        self._care.group(self._cluster.start(self.home / "postgres.log"), politely="QUIT")
        prepare_template(self.databases)
        self._let_tests_change_role()
        self.is_started = True

    def _let_tests_change_role(self) -> None:
        """Let a test act as a process by SET LOCAL ROLE; without it nothing is inherited."""
        with psycopg.connect(self.databases.dsn("anlan_admin", "postgres")) as admin:
            admin.execute("ALTER ROLE anlan_app NOINHERIT")
            admin.execute(
                "GRANT anlan_engine, anlan_relay, anlan_recorder, anlan_worker, anlan_gateway,"
                " anlan_live, anlan_owner TO anlan_app"
            )

    def stop(self) -> None:
        """Stop the cluster and remove the folder."""
        self._cluster.stop()
        self._care.close()


def prepare_template(databases: Databases) -> None:
    """Prepare and migrate the template as `anlan db` does, in processes of their own."""
    environment = os.environ | {
        "ANLAN_DATABASE_URL": databases.url(TEMPLATE),
        "ANLAN_HOME": str(databases.home),
        "ANLAN_SECRET_KEY_FOR_TESTS": "only for tests",
    }
    for step in ("prepare", "migrate"):
        done = subprocess.run(
            [sys.executable, "-m", "anlan", "db", step],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
        )
        if done.returncode != 0:
            raise StackError(
                f"anlan db {step} 失败:\n{done.stderr}", f"anlan db {step} failed:\n{done.stderr}"
            )
    # what loading the roles left there: each test counts the journal from its own first row
    with psycopg.connect(databases.dsn("anlan_owner", TEMPLATE)) as owner:
        owner.execute("TRUNCATE base_journal, base_journal_pending RESTART IDENTITY CASCADE")
