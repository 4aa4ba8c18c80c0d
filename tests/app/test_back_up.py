"""What was backed up comes back whole: rows, walls, grants, history, documents, the sealed chain."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from anlan.app import backup
from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.config import Config
from anlan.kernel.base.errors import ConflictError, InvalidError, UnavailableError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.sealing import GENESIS, SEAL_SQL

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
READINGS = b"columns of readings"
#: What makes a database of ours one, besides its tables.
LOOKS = {
    "walls": "SELECT relname FROM pg_class WHERE relforcerowsecurity ORDER BY 1",
    # a chain of ORs is written back with fewer brackets
    "policies": "SELECT tablename, policyname, roles::text, translate(qual, '()', ''),"
    " translate(with_check, '()', '') FROM pg_policies ORDER BY 1, 2",
    "triggers": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
    " WHERE NOT tgisinternal ORDER BY 1, 2",
    "grants": "SELECT relname, acl::text FROM pg_class c, unnest(c.relacl) acl"
    " WHERE relnamespace = 'public'::regnamespace"
    " AND pg_get_userbyid(relowner) = 'anlan_owner' ORDER BY 1, 2",
    "journal": "SELECT ulid, data::text FROM base_journal ORDER BY id",
    "next number": "SELECT last_value, is_called FROM sensing_datastream_number",
}
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


@pytest.fixture
def lived(databases: Databases, installation: Make) -> Config:
    """Return an installation with two sealed journal rows, a file of history and a document."""
    own = installation("lived")
    databases.clone(_name(own))
    with _connected(databases, own, "anlan_owner") as owner:
        for number in range(2):
            _record(owner, number)
        owner.execute(SEAL_SQL, {"limit": 10, "genesis": GENESIS})
        owner.execute(
            "INSERT INTO sensing_historyfile (id, epoch, seq_first, seq_last, level, number_lo,"
            " number_hi, t_lo_ms, t_hi_ms, rows, sha256, path, live_from)"
            " VALUES (%s, %s, 1, 9, 'segment', 1, 1, 0, 1, 1, %s, 'segments/one.parquet', now())",
            [new_ulid(), new_ulid(), sha256(READINGS).hexdigest()],
        )
    _write(own.path("history_dir") / "segments" / "one.parquet", READINGS)
    _write(own.path("history_dir") / "segments" / "dead.parquet", b"not in the catalogue")
    _write(own.path("documents_dir") / "ab" / "abcd", b"a document")
    return own


def _name(own: Config) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(own.database_url)["dbname"])


def _connected(databases: Databases, own: Config, role: str) -> psycopg.Connection[Any]:
    return psycopg.connect(databases.dsn(role, _name(own)))


def _drop(databases: Databases, database: str) -> None:
    with psycopg.connect(databases.dsn("anlan_admin", "postgres"), autocommit=True) as admin:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        admin.execute(statement.format(sql.Identifier(database)))


def _record(owner: psycopg.Connection[Any], number: int) -> None:
    owner.execute(
        "WITH row AS (INSERT INTO base_journal (ulid, node, schema, type, occurred_at, known_at,"
        " correlation_id, actor, object, object_version, div, data) VALUES (%s, 'n640181', 1,"
        " 'base.test.done', now(), now(), %s, 'system:test', %s, 1, 0, %s) RETURNING id)"
        " INSERT INTO base_journal_pending SELECT id FROM row",
        [new_ulid(), new_ulid(), new_ulid(), json.dumps({"number": number})],
    )


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _anlan(own: Config, *words: str) -> subprocess.CompletedProcess[str]:
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


def _prepared(own: Config) -> Config:
    """Give a new installation its empty database, as its superuser would."""
    done = _anlan(own, "db", "prepare")
    assert done.returncode == 0, done.stderr
    return own


def test_a_backup_comes_back_whole_by_the_commands(
    databases: Databases, installation: Make, lived: Config, tmp_path: Path
) -> None:
    exported = _anlan(lived, "audit", "export-head")
    assert exported.returncode == 0, exported.stderr
    made = _anlan(lived, "backup", str(tmp_path / "backup"))
    assert made.returncode == 0, made.stderr
    other = _prepared(installation("other"))

    done = _anlan(other, "restore", str(tmp_path / "backup"))

    assert done.returncode == 0, done.stderr
    verified = _anlan(other, "audit", "verify")
    assert verified.returncode == 0, verified.stdout
    assert "compared with 1 exported heads" in verified.stdout
    assert (other.path("history_dir") / "segments" / "one.parquet").read_bytes() == READINGS
    assert not (other.path("history_dir") / "segments" / "dead.parquet").exists()
    assert (other.path("documents_dir") / "ab" / "abcd").read_bytes() == b"a document"
    assert _anlan(other, "db", "check").returncode == 0


def test_walls_triggers_and_grants_come_back_with_the_rows(
    databases: Databases, installation: Make, lived: Config, tmp_path: Path
) -> None:
    backup.back_up(lived, tmp_path / "backup")
    other = _prepared(installation("other"))

    backup.restore(other, tmp_path / "backup")

    with (
        _connected(databases, lived, "anlan_owner") as before,
        _connected(databases, other, "anlan_owner") as after,
    ):
        for what, look in LOOKS.items():
            there = before.execute(look).fetchall()
            assert there, what
            assert after.execute(look).fetchall() == there, what
    with _connected(databases, other, "anlan_app") as web:
        assert web.execute("SELECT count(*) FROM base_journal").fetchone() == (0,)


def test_a_restore_overwrites_nothing(
    databases: Databases, installation: Make, lived: Config, tmp_path: Path
) -> None:
    backup.back_up(lived, tmp_path / "backup")

    with pytest.raises(ConflictError, match="数据库不是空的"):
        backup.restore(lived, tmp_path / "backup")

    other = _prepared(installation("other"))
    _write(other.path("documents_dir") / "ab" / "other", b"somebody else's")
    with pytest.raises(ConflictError, match="不是空的"):
        backup.restore(other, tmp_path / "backup")
    with pytest.raises(ConflictError, match="不是空文件夹"):
        backup.back_up(lived, tmp_path / "backup")


def test_heads_that_were_exported_here_stay_and_show_what_the_backup_has_not(
    databases: Databases, installation: Make, lived: Config, tmp_path: Path
) -> None:
    backup.back_up(lived, tmp_path / "backup")
    with _connected(databases, lived, "anlan_owner") as owner:
        _record(owner, 3)
        owner.execute(SEAL_SQL, {"limit": 10, "genesis": GENESIS})
    assert _anlan(lived, "audit", "export-head").returncode == 0
    other = _prepared(installation("other"))
    heads = (lived.path("audit_dir") / "heads.log").read_bytes()
    _write(other.path("audit_dir") / "heads.log", heads)

    backup.restore(other, tmp_path / "backup")

    verified = _anlan(other, "audit", "verify")
    assert verified.returncode == 1
    assert "尾部被截去" in verified.stdout


def test_one_changed_byte_of_a_backup_is_named_before_anything_is_touched(
    installation: Make, lived: Config, tmp_path: Path
) -> None:
    backup.back_up(lived, tmp_path / "backup")
    (tmp_path / "backup" / "documents_dir" / "ab" / "abcd").write_bytes(b"A document")
    other = installation("other")  # there is not even a database: it is never reached

    with pytest.raises(InvalidError, match=r"documents_dir/ab/abcd"):
        backup.restore(other, tmp_path / "backup")


def test_a_damaged_file_of_history_stops_the_backup_and_no_manifest_says_otherwise(
    lived: Config, tmp_path: Path
) -> None:
    (lived.path("history_dir") / "segments" / "one.parquet").write_bytes(b"bit rot")

    with pytest.raises(UnavailableError, match="已损坏"):
        backup.back_up(lived, tmp_path / "backup")

    with pytest.raises(InvalidError, match=r"没有 manifest\.json"):
        backup.verify(tmp_path / "backup")
