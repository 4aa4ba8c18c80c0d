"""Back up and restore: database, history, documents and exported heads as of one moment.

A backup is a folder with `manifest.json` (name, size, SHA-256 of each file); a restore checks
every digest before it touches the database. Not in it: secrets and what NATS holds, which is a
log and no archive.
"""

import io
import json
import shutil
import subprocess
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from anlan.adapters.parquet_history.disk import AlteredObjectError, Disk
from anlan.adapters.parquet_history.schema import describe
from anlan.adapters.parquet_history.segments import (
    DAYS,
    ROLLUPS,
    SEGMENTS,
    UNFINISHED,
    files_in,
)
from anlan.app.history_place import disk_of
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import Config
from anlan.kernel.base.database_line import watched
from anlan.kernel.base.errors import ConflictError, InvalidError, UnavailableError

FORMAT = 1
HISTORY, AUDIT = "history_dir", "audit_dir"
KEPT = (HISTORY, "documents_dir", AUDIT)
#: Must be empty before a restore. Exported heads may be there: they bear witness, nobody replaces them.
EMPTY = (HISTORY, "documents_dir")
_TABLES = """
    SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys' ORDER BY 1
"""
_LIVE = "SELECT path, sha256 FROM sensing_historyfile WHERE dead_from IS NULL ORDER BY path"
#: Numbers of datastreams are never given again: so many that were given since may stand in no file.
NUMBERS_APART = 1_000
_NUMBERS = """
    SELECT setval('sensing_datastream_number', greatest(last_value, %s) + %s)
    FROM sensing_datastream_number
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a backup."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself; `rows` counts each table's, and is empty in older backups."""

    sha256: str
    node: str
    made_at: str
    files: list[Kept]
    rows: dict[str, int]


def back_up(config: Config, target: Path) -> list[Kept]:
    """Write a backup into an empty folder; it is complete when `manifest.json` stands there."""
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise ConflictError(f"{target} 不是空文件夹", code="app.backup_not_empty")
    # heads first: one that is exported meanwhile would name a position that the dump has not
    _copy(config.path(AUDIT), target / AUDIT)
    with psycopg.connect(_owner(config)) as owner:
        owner.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        live = owner.execute(_LIVE).fetchall()
        moment = owner.execute("SELECT pg_export_snapshot()").fetchone()
        rows = _count(owner)
        _dump(config, target / "database.dump", snapshot=moment[0] if moment else "")
    disk = disk_of(config)
    for path, digest in live:
        _copy_history(disk, config.path(HISTORY).resolve() / path, target / HISTORY / path, digest)
    _copy(config.path("documents_dir"), target / "documents_dir")
    files = [_kept(file, target) for file in sorted(target.rglob("*")) if file.is_file()]
    manifest = {
        "format": FORMAT,
        "node": config.node,
        "made_at": now().isoformat(),
        "files": [asdict(one) for one in files],
        "rows": rows,
    }
    partial = target / "manifest.json.part"
    partial.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    partial.rename(target / "manifest.json")
    return files


def verify(source: Path) -> list[Kept]:
    """Check every digest of a backup; the first that is wrong is named."""
    files = manifest_of(source).files
    for one in files:
        file = source / one.name
        if not file.is_file() or _kept(file, source) != one:
            raise InvalidError(f"备份中的 {one.name} 缺失或已被改动", code="app.backup_damaged")
    return files


def manifest_of(source: Path) -> Manifest:
    """Read what a backup says of itself. Raises InvalidError for what is none, or of another format."""
    file = source / "manifest.json"
    if not file.is_file():
        raise InvalidError(
            f"{source} 不是完整的备份：没有 manifest.json", code="app.backup_incomplete"
        )
    content = file.read_bytes()
    said = json.loads(content)
    if said["format"] != FORMAT:
        raise InvalidError(
            f"备份格式 {said['format']}，本程序只读 {FORMAT}", code="app.backup_format"
        )
    return Manifest(
        sha256=sha256(content).hexdigest(),
        node=said["node"],
        made_at=said["made_at"],
        files=[Kept(**one) for one in said["files"]],
        rows=said.get("rows", {}),
    )


def rows_of(config: Config) -> dict[str, int]:
    """Return how many rows each table has now."""
    with psycopg.connect(_owner(config)) as owner:
        return _count(owner)


def files_lost(config: Config, manifest: Manifest) -> list[str]:
    """Return the files of a backup that do not stand, byte by byte, where they belong."""
    held = () if config.history_bucket else (HISTORY,)
    kept = [one for one in manifest.files if one.name.split("/")[0] in (*held, "documents_dir")]
    return [one.name for one in kept if not _stands(config, one)]


def restore(config: Config, source: Path, *, keeping_files: bool = False) -> list[Kept]:
    """Restore a verified backup into an empty database and empty folders; nothing is overwritten.

    `keeping_files`: only the database was lost. History and documents that are here are younger
    than the backup and stay; what the database names and is not here comes from the backup.
    """
    files = verify(source)
    with psycopg.connect(_owner(config)) as owner:
        row = owner.execute("SELECT to_regclass('public.base_journal')").fetchone()
    if row is not None and row[0] is not None:
        raise ConflictError("目标数据库不是空的", code="app.restore_not_empty")
    for name in () if keeping_files else EMPTY:
        there = config.path(name)
        if there.is_dir() and any(there.iterdir()):
            raise ConflictError(f"{there} 不是空的", code="app.restore_not_empty")
    _run(
        "pg_restore",
        "--no-owner",
        "--single-transaction",
        "-d",
        _owner(config),
        source / "database.dump",
    )
    if keeping_files:
        _fill_up(config, source)
    else:
        for name in EMPTY:
            _copy(source / name, config.path(name))
        _give_names(config)
    if not config.path(AUDIT).exists():
        _copy(source / AUDIT, config.path(AUDIT))
    return files


def _stands(config: Config, one: Kept) -> bool:
    folder, _, name = one.name.partition("/")
    file = config.path(folder) / name
    return file.is_file() and _kept(file, config.path(folder)) == Kept(
        name, one.size_bytes, one.sha256
    )


def _count(owner: psycopg.Connection[Any]) -> dict[str, int]:
    """Return how many rows each table has, as of the connection's snapshot."""
    names = [name for (name,) in owner.execute(_TABLES)]
    counted = {}
    for name in names:
        row = owner.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", name))
        ).fetchone()
        counted[name] = int(row[0]) if row else 0
    return counted


def _owner(config: Config) -> str:
    """Return the way in as the tables' owner, whose policy shows every row."""
    line = watched(psycopg.conninfo.conninfo_to_dict(config.database_url))
    return psycopg.conninfo.make_conninfo(config.database_url, user="anlan_owner", **line)


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        [str(word) for word in command], check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise UnavailableError(
            f"{command[0]} 失败：{done.stderr.strip()[-500:]}", code="app.pg_tool"
        )


def _dump(config: Config, file: Path, *, snapshot: str) -> None:
    """Dump as the tables' owner, who may neither comment on extensions nor fill their tables."""
    _run(
        "pg_dump",
        "-Fc",
        "--enable-row-security",
        "--no-comments",
        "--exclude-table-data=public.spatial_ref_sys",
        f"--snapshot={snapshot}",
        "-f",
        file,
        "-d",
        _owner(config),
    )


def _copy(source: Path, target: Path) -> None:
    """Copy a folder if it is there."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


def _copy_history(disk: Disk, source: Path, target: Path, digest: str) -> None:
    """Copy one file of history and hold it against its catalogue; dead ones stay 15 minutes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        disk.bring(source, digest)
        shutil.copy2(source, target)
    except AlteredObjectError as error:
        raise UnavailableError(f"历史文件 {source} 已损坏", code="app.history_damaged") from error
    except FileNotFoundError as error:
        raise UnavailableError(f"历史文件 {source} 不见了", code="app.history_missing") from error
    with target.open("rb") as opened:
        if file_digest(opened, "sha256").hexdigest() != digest:
            raise UnavailableError(f"历史文件 {source} 已损坏", code="app.history_damaged")


def _give_names(config: Config) -> None:
    """Give restored files of history their names in the bucket, where it lies in one."""
    if not config.history_bucket:
        return
    disk, folder = disk_of(config), config.path(HISTORY).resolve()
    for file in sorted(folder.rglob("*.parquet")):
        unfinished = file.with_name(f"{file.name}{UNFINISHED}")
        file.rename(unfinished)
        disk.link(unfinished, file)


def _fill_up(config: Config, source: Path) -> None:
    """Bring what the restored database names and is not here; let numbers go on behind those used."""
    disk, folder = disk_of(config), config.path(HISTORY).resolve()
    with psycopg.connect(_owner(config)) as owner:
        known = {path for (path,) in owner.execute("SELECT path FROM sensing_historyfile")}
        live = [path for path, _ in owner.execute(_LIVE)]
        replaced, highest = _younger(disk, folder, known)
        owner.execute(_NUMBERS, [highest, NUMBERS_APART])
    for path in live:
        # the recorder lets what was made of these meanwhile take their place
        if path not in replaced and not disk.has(folder / path):
            unfinished = folder / f"{path}{UNFINISHED}"
            disk.make_folder(unfinished.parent)
            shutil.copy2(source / HISTORY / path, unfinished)
            disk.link(unfinished, folder / path)
            disk.unlink(unfinished)
    there = config.path("documents_dir")
    for file in sorted((source / "documents_dir").rglob("*")):
        own = there / file.relative_to(source / "documents_dir")
        if file.is_file() and not own.exists():
            own.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, own)


def _younger(disk: Disk, folder: Path, known: set[str]) -> tuple[set[str], int]:
    """Look at files that a restored database does not know: what they replace, highest number."""
    replaced, highest = set[str](), 0
    for level in (SEGMENTS, DAYS, ROLLUPS):
        for path in files_in(disk, folder, level):
            if path not in known:
                about, extent = describe(io.BytesIO(disk.read(folder / path)))
                replaced |= set(about.inputs)
                highest = max(highest, extent.number_hi)
    return replaced, highest


def _kept(file: Path, base: Path) -> Kept:
    with file.open("rb") as opened:
        digest = file_digest(opened, "sha256").hexdigest()
    return Kept(file.relative_to(base).as_posix(), file.stat().st_size, digest)
