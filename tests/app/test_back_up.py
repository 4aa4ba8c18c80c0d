"""What was backed up comes back whole: rows, walls, grants, history, documents, the sealed chain."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from anlan.app import backup
from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.config import Config
from anlan.kernel.base.errors import ConflictError, InvalidError, UnavailableError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.sealing import GENESIS, SEAL_SQL
from tests.app.installations import (
    Make,
    anlan,
    connected,
    database_name,
    installation,
    prepared,
    put,
)

__all__ = ["installation"]

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


@pytest.fixture
def lived(databases: Databases, installation: Make) -> Config:
    """Return an installation with two sealed journal rows, a file of history and a document."""
    own = installation("lived")
    databases.clone(database_name(own))
    with connected(databases, own, "anlan_owner") as owner:
        for number in range(2):
            _record(owner, number)
        owner.execute(SEAL_SQL, {"limit": 10, "genesis": GENESIS})
        owner.execute(
            "INSERT INTO sensing_historyfile (id, epoch, seq_first, seq_last, level, number_lo,"
            " number_hi, t_lo_ms, t_hi_ms, rows, sha256, path, live_from)"
            " VALUES (%s, %s, 1, 9, 'segment', 1, 1, 0, 1, 1, %s, 'segments/one.parquet', now())",
            [new_ulid(), new_ulid(), sha256(READINGS).hexdigest()],
        )
    put(own.path("history_dir") / "segments" / "one.parquet", READINGS)
    put(own.path("history_dir") / "segments" / "dead.parquet", b"not in the catalogue")
    put(own.path("documents_dir") / "ab" / "abcd", b"a document")
    return own


def _record(owner: psycopg.Connection[Any], number: int) -> None:
    owner.execute(
        "WITH row AS (INSERT INTO base_journal (ulid, node, schema, type, occurred_at, known_at,"
        " correlation_id, actor, object, object_version, div, data) VALUES (%s, 'n640181', 1,"
        " 'base.test.done', now(), now(), %s, 'system:test', %s, 1, 0, %s) RETURNING id)"
        " INSERT INTO base_journal_pending SELECT id FROM row",
        [new_ulid(), new_ulid(), new_ulid(), json.dumps({"number": number})],
    )


def test_a_backup_comes_back_whole_by_the_commands(
    databases: Databases, installation: Make, lived: Config, tmp_path: Path
) -> None:
    exported = anlan(lived, "audit", "export-head")
    assert exported.returncode == 0, exported.stderr
    made = anlan(lived, "backup", str(tmp_path / "backup"))
    assert made.returncode == 0, made.stderr
    with connected(databases, lived, "anlan_owner") as owner:
        row = owner.execute(
            "SELECT data FROM base_journal WHERE type = 'base.backup.made'"
        ).fetchone()
    manifest = (tmp_path / "backup" / "manifest.json").read_bytes()
    assert row is not None
    assert row[0]["sha256"] == sha256(manifest).hexdigest()
    other = prepared(installation("other"))

    done = anlan(other, "restore", str(tmp_path / "backup"))

    assert done.returncode == 0, done.stderr
    verified = anlan(other, "audit", "verify")
    assert verified.returncode == 0, verified.stdout
    assert "compared with 1 exported heads" in verified.stdout
    assert (other.path("history_dir") / "segments" / "one.parquet").read_bytes() == READINGS
    assert not (other.path("history_dir") / "segments" / "dead.parquet").exists()
    assert (other.path("documents_dir") / "ab" / "abcd").read_bytes() == b"a document"
    assert anlan(other, "db", "check").returncode == 0


def test_walls_triggers_and_grants_come_back_with_the_rows(
    databases: Databases, installation: Make, lived: Config, tmp_path: Path
) -> None:
    backup.back_up(lived, tmp_path / "backup")
    other = prepared(installation("other"))

    backup.restore(other, tmp_path / "backup")

    with (
        connected(databases, lived, "anlan_owner") as before,
        connected(databases, other, "anlan_owner") as after,
    ):
        for what, look in LOOKS.items():
            there = before.execute(look).fetchall()
            assert there, what
            assert after.execute(look).fetchall() == there, what
    with connected(databases, other, "anlan_app") as web:
        assert web.execute("SELECT count(*) FROM base_journal").fetchone() == (0,)


def test_a_restore_overwrites_nothing(
    databases: Databases, installation: Make, lived: Config, tmp_path: Path
) -> None:
    backup.back_up(lived, tmp_path / "backup")

    with pytest.raises(ConflictError, match="数据库不是空的"):
        backup.restore(lived, tmp_path / "backup")

    other = prepared(installation("other"))
    put(other.path("documents_dir") / "ab" / "other", b"somebody else's")
    with pytest.raises(ConflictError, match="不是空的"):
        backup.restore(other, tmp_path / "backup")
    with pytest.raises(ConflictError, match="不是空文件夹"):
        backup.back_up(lived, tmp_path / "backup")


def test_heads_that_were_exported_here_stay_and_show_what_the_backup_has_not(
    databases: Databases, installation: Make, lived: Config, tmp_path: Path
) -> None:
    backup.back_up(lived, tmp_path / "backup")
    with connected(databases, lived, "anlan_owner") as owner:
        _record(owner, 3)
        owner.execute(SEAL_SQL, {"limit": 10, "genesis": GENESIS})
    assert anlan(lived, "audit", "export-head").returncode == 0
    other = prepared(installation("other"))
    heads = (lived.path("audit_dir") / "heads.log").read_bytes()
    put(other.path("audit_dir") / "heads.log", heads)

    backup.restore(other, tmp_path / "backup")

    verified = anlan(other, "audit", "verify")
    assert verified.returncode == 1
    assert "尾部被截去" in verified.stdout
    assert anlan(other, "audit", "restored", " ").returncode == 1
    said = anlan(other, "audit", "restored", "盘坏了，恢复到备份")
    assert said.returncode == 0, said.stderr
    verified = anlan(other, "audit", "verify")
    assert verified.returncode == 0, verified.stdout
    assert "盘坏了，恢复到备份" in verified.stdout
    assert "1 heads left before that" in verified.stdout


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
