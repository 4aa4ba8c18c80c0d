"""Back up and restore: the database by pg_dump, history and documents by their digests.

A backup is a folder with `manifest.json` (name, size, SHA-256 of each file); a restore checks
every digest before it touches the database.
"""

import json
import shutil
import subprocess
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path

import psycopg

from anlan.kernel.base.clock import now
from anlan.kernel.base.config import Config
from anlan.kernel.base.errors import ConflictError, InvalidError, UnavailableError

FORMAT = 1
KEPT = ("history_dir", "documents_dir")


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a backup."""

    name: str
    size_bytes: int
    sha256: str


def back_up(config: Config, target: Path) -> list[Kept]:
    """Write a backup into an empty folder; it is complete when `manifest.json` stands there."""
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise ConflictError(f"{target} 不是空文件夹", code="app.backup_not_empty")
    _run(
        "pg_dump",
        "-Fc",
        "--enable-row-security",
        "-f",
        target / "database.dump",
        "-d",
        _owner(config),
    )
    for name in KEPT:
        source = config.path(name)
        if source.is_dir():
            shutil.copytree(source, target / name, copy_function=_copied)
    files = [_kept(file, target) for file in sorted(target.rglob("*")) if file.is_file()]
    manifest = {
        "format": FORMAT,
        "node": config.node,
        "made_at": now().isoformat(),
        "files": [asdict(one) for one in files],
    }
    partial = target / "manifest.json.part"
    partial.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    partial.rename(target / "manifest.json")
    return files


def verify(source: Path) -> list[Kept]:
    """Check every digest of a backup; the first that is wrong is named."""
    manifest = source / "manifest.json"
    if not manifest.is_file():
        raise InvalidError(
            f"{source} 不是完整的备份：没有 manifest.json", code="app.backup_incomplete"
        )
    said = json.loads(manifest.read_text(encoding="utf-8"))
    if said["format"] != FORMAT:
        raise InvalidError(
            f"备份格式 {said['format']}，本程序只读 {FORMAT}", code="app.backup_format"
        )
    files = [Kept(**one) for one in said["files"]]
    for one in files:
        file = source / one.name
        if not file.is_file() or _kept(file, source) != one:
            raise InvalidError(f"备份中的 {one.name} 缺失或已被改动", code="app.backup_damaged")
    return files


def restore(config: Config, source: Path) -> list[Kept]:
    """Restore a verified backup into an empty database and empty folders; nothing is overwritten."""
    files = verify(source)
    with psycopg.connect(_owner(config)) as owner:
        row = owner.execute("SELECT to_regclass('public.base_journal')").fetchone()
    if row is not None and row[0] is not None:
        raise ConflictError("目标数据库不是空的", code="app.restore_not_empty")
    for name in KEPT:
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
    for name in KEPT:
        if (source / name).is_dir():
            shutil.copytree(source / name, config.path(name), dirs_exist_ok=True)
    return files


def _owner(config: Config) -> str:
    """Return the way in as the tables' owner, whose policy shows every row."""
    return psycopg.conninfo.make_conninfo(config.database_url, user="anlan_owner")


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        [str(word) for word in command], check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise UnavailableError(
            f"{command[0]} 失败：{done.stderr.strip()[-500:]}", code="app.pg_tool"
        )


def _copied(source: str, target: str) -> str:
    """Copy one file; one that compaction has just taken away is not part of the backup."""
    try:
        return str(shutil.copy2(source, target))
    except FileNotFoundError:
        return target


def _kept(file: Path, base: Path) -> Kept:
    with file.open("rb") as opened:
        digest = file_digest(opened, "sha256").hexdigest()
    return Kept(file.relative_to(base).as_posix(), file.stat().st_size, digest)
