"""Heads of the chain that have left the database: one line each, only ever added to.

A cut tail or a chain built anew agrees with itself; it does not agree with what left before. Let
the file belong to another user, or forward it: the worker also writes each head to its log.

A database that was restored from a backup ends earlier than it did. Who restores it says so, by a
line of its own with the reason: the heads beyond it stay in the file and are held against nothing.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.models import Seal
from anlan.kernel.base.sealing import GENESIS

#: The file below `audit_dir` that the worker adds to.
FILE = "heads.log"
_RESTORED = "restored: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of the chain at a moment."""

    position: int
    digest: bytes
    #: Why the database was set back to this head; empty for a head that was only exported.
    restored: str = ""


def current() -> Head:
    """Return the end of the chain; an empty one ends where it begins."""
    last = Seal.objects.order_by("-last_position").values("last_position", "head").first()
    if last is None:
        return Head(position=0, digest=GENESIS)
    return Head(position=last["last_position"], digest=bytes(last["head"]))


def export(file: Path, head: Head, node: str, at: datetime | None = None) -> str:
    """Add one line to the file and wait until the disk has it; return the line."""
    moment = (at or now()).isoformat(timespec="seconds")
    reason = f" {_RESTORED}{' '.join(head.restored.split())}" if head.restored else ""
    line = f"{moment} {node} {head.position} {head.digest.hex()}{reason}"
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


def standing(heads: Sequence[Head]) -> tuple[list[Head], list[Head]]:
    """Divide heads, oldest first, into those that the chain must agree with and those set back."""
    stand: list[Head] = []
    set_back: list[Head] = []
    for one in heads:
        if one.restored:
            set_back += [earlier for earlier in stand if earlier.position > one.position]
            stand = [earlier for earlier in stand if earlier.position <= one.position]
        stand.append(one)
    return stand, set_back


def _read(file: Path) -> Iterator[Head]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            head_of_line, _, reason = line.partition(f" {_RESTORED}")
            _moment, _node, position, digest = head_of_line.split(" ")
            head = Head(position=int(position), digest=bytes.fromhex(digest), restored=reason)
        except ValueError as error:
            raise InvalidError(
                f"{file} 第 {number} 行不是封存链头", code="base.bad_head_file", line=number
            ) from error
        yield head
