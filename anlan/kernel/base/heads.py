"""Heads of the chain that have left the database: one line each, only ever added to.

A cut tail or a chain built anew agrees with itself; it does not agree with what left before. Let
the file belong to another user, or forward it: the worker also writes each head to its log.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.models import Seal
from anlan.kernel.base.sealing import GENESIS

#: The file below `audit_dir` that the worker adds to.
FILE = "heads.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of the chain at a moment."""

    position: int
    digest: bytes


def current() -> Head:
    """Return the end of the chain; an empty one ends where it begins."""
    last = Seal.objects.order_by("-last_position").values("last_position", "head").first()
    if last is None:
        return Head(position=0, digest=GENESIS)
    return Head(position=last["last_position"], digest=bytes(last["head"]))


def export(file: Path, head: Head, node: str, at: datetime | None = None) -> str:
    """Add one line to the file and wait until the disk has it; return the line."""
    moment = (at or now()).isoformat(timespec="seconds")
    line = f"{moment} {node} {head.position} {head.digest.hex()}"
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(handle, f"{line}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    return line


def exported(file: Path) -> list[Head]:
    """Return the heads of a file, oldest first; no file is no heads.

    Raises InvalidError for a line that is none: a file that was tampered with is not skipped.
    """
    return list(_read(file)) if file.exists() else []


def _read(file: Path) -> Iterator[Head]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            _moment, _node, position, digest = line.split(" ")
            head = Head(position=int(position), digest=bytes.fromhex(digest))
        except ValueError as error:
            raise InvalidError(
                f"{file} 第 {number} 行不是封存链头", code="base.bad_head_file", line=number
            ) from error
        yield head
