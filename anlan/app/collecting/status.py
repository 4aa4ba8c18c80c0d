"""`anlan collect status`: how sources and sender fare, and what waits, read beside the running process."""

import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from anlan.app.collecting.outbox_tables import looked_at
from anlan.app.collecting.state import State
from anlan.kernel.base.clock import SHANGHAI, from_ms, now_ms

#: Without a sign of life for so long the process is taken for gone; it writes when something changes.
DEAD_LETTERS_SHOWN = 20


class Waiting(msgspec.Struct, kw_only=True):
    """What the outbox holds: readings not yet taken by the door, dead letters, broken pieces; bytes in use."""

    readings: int
    oldest_ms: int
    dead_letters: int
    broken: int
    incomplete: int
    bytes: int


class DeadLetter(msgspec.Struct, kw_only=True):
    """A message that the door refused: its number, readings, what the door said, when (ms UTC)."""

    seq: int
    readings: int
    status: int
    reason: str
    at_ms: int


class Status(msgspec.Struct, kw_only=True):
    """Everything; `at_ms` is when it was read, `written_ms` when the process last told of itself."""

    at_ms: int
    written_ms: int
    waiting: Waiting
    sources: list[State]
    dead_letters: list[DeadLetter]


def status(file: Path) -> Status:
    """Read the status out of an outbox. Raises ConfigurationError where no collector has ever run."""
    with closing(looked_at(file)) as db:
        return _status(db)


def _status(db: sqlite3.Connection) -> Status:
    def one(question: str) -> Any:
        [found] = db.execute(question).fetchone()
        return found or 0

    pages = one("PRAGMA page_count") - one("PRAGMA freelist_count")
    waiting = Waiting(
        readings=one("SELECT sum(count) FROM entry") + one("SELECT sum(count) FROM message"),
        oldest_ms=one("SELECT min(first_ms) FROM message"),
        dead_letters=one("SELECT count(*) FROM dead"),
        broken=one("SELECT count(*) FROM broken"),
        incomplete=one("SELECT count(*) FROM part"),
        bytes=pages * one("PRAGMA page_size"),
    )
    rows = db.execute("SELECT body, at_ms FROM state ORDER BY name = 'door', name").fetchall()
    letters = db.execute(
        "SELECT seq, count, status, reason, at_ms FROM dead ORDER BY id DESC LIMIT ?",
        (DEAD_LETTERS_SHOWN,),
    )
    return Status(
        at_ms=now_ms(),
        written_ms=max((at for _, at in rows), default=0),
        waiting=waiting,
        sources=[msgspec.json.decode(body, type=State) for body, _ in rows],
        dead_letters=[
            DeadLetter(seq=seq, readings=count, status=said, reason=reason, at_ms=at)
            for seq, count, said, reason, at in letters
        ],
    )


def as_text(said: Status) -> str:
    """Return the status as a table for people, in both languages."""
    head = [
        "来源 source",
        "协议 kind",
        "连接 up",
        "最近读数 last",
        "读数 count",
        "时钟差 skew s",
        "最近问题 last trouble",
    ]
    table = [head] + [row for one in said.sources for row in _rows(one)]
    widths = [max(_width(row[at]) for row in table) for at in range(len(head))]
    lines = ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]  # fmt: skip
    waiting = said.waiting
    lines += [
        "",
        (
            f"待送 waiting: {waiting.readings}  最早 oldest: {_time(waiting.oldest_ms)}  "
            f"占用 used: {waiting.bytes / 1024**2:.1f} MB  报文不全 incomplete: {waiting.incomplete}"
        ),
        (
            f"被拒报文 dead letters: {waiting.dead_letters}  读不出的 broken: {waiting.broken}  "
            f"进程最近记录 written: {_time(said.written_ms)}"
        ),
    ]
    lines += [
        f"! {one.seq}: {one.status} {one.reason} ({one.readings}, {_time(one.at_ms)})"
        for one in said.dead_letters
    ]
    return "\n".join(lines)


def _rows(one: State) -> list[list[str]]:
    """Return the row of a source, and below it one for each of its devices."""
    trouble = f"{_time(one.last_error_ms)} {one.last_error}" if one.last_error else ""
    source = [
        one.name,
        one.kind,
        "是 yes" if one.is_connected else "否 no",
        _time(one.last_reading_ms),
        str(one.readings),
        _skew(one.skew_s),
        trouble[:100],
    ]
    devices = [
        [f"  {name}", "", "", _time(its.last_reading_ms), str(its.readings), _skew(its.skew_s), ""]
        for name, its in sorted(one.devices.items())
    ]
    return [source, *devices]


def _skew(skew_s: float | None) -> str:
    return "" if skew_s is None else f"{skew_s:+.1f}"


def _time(at_ms: int) -> str:
    return from_ms(at_ms).astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S") if at_ms else "-"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
