"""How far another system was read, in the outbox's file: the place, the rows within the overlap, the days' counts.

All of it is written in the transaction that keeps the readings: whatever ends the process, a row is
either kept and known, or neither.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from anlan.app.collecting.outbox import Outbox
from anlan.kernel.sensing.mapped_row import UNMAPPED
from anlan.kernel.sensing.pulled import Mark, position
from anlan.kernel.sensing.sample import Sample

CHANGED = "row_changed"
#: How much of the outbox pulls may fill: they can wait, the plant cannot.
SHARE = 0.7


class Judged(NamedTuple):
    """A row as it came: its name, place, digest and text, the reading or the word for what is wrong, its Beijing day."""

    key: str
    mark: Mark
    digest: bytes
    text: bytes
    outcome: Sample | str
    day: str


@dataclass(slots=True)
class Kept:
    """What became of a page: new readings, and how many rows were refused, not mapped, or had changed."""

    samples: list[Sample] = field(default_factory=list)
    refused: int = 0
    unmapped: int = 0
    changed: int = 0
    last_reason: str = ""


def mark_of(db: sqlite3.Connection, source: str) -> Mark | None:
    """Return how far a source was read, None for not at all."""
    asked = "SELECT mark FROM progress WHERE source = ?"
    row = db.execute(asked, (source,)).fetchone()
    return None if row is None else mark_from(row[0])


def floor_of(db: sqlite3.Connection, source: str) -> Mark | None:
    """Return the place behind which what was taken of a source is forgotten, None for none."""
    asked = "SELECT floor FROM progress WHERE source = ? AND floor <> ''"
    row = db.execute(asked, (source,)).fetchone()
    return None if row is None else mark_from(row[0])


def known_beyond(outbox: Outbox, source: str, mark: Mark | None) -> set[str]:
    """Return the names of the rows that were taken beyond a place, and are not gone."""
    asked = "SELECT key FROM taken WHERE source = ? AND is_gone = 0"
    said: tuple[object, ...] = (source,)
    if mark is not None:
        asked, said = f"{asked} AND place > ?", (source, position(mark))
    return {key for (key,) in outbox.db.execute(asked, said)}


def keep_page(
    outbox: Outbox, source: str, rows: Sequence[Judged], mark: Mark | None, floor: Mark | None
) -> Kept:
    """Keep the rows of a page that are new, move on to a mark if there is one, and forget the rows behind a floor.

    One transaction. Raises OutboxFullError; then nothing of it was done.
    """
    done = Kept()
    with outbox.transaction(grows=True, share=SHARE):
        aside = [(why, row.text) for row in rows if (why := _taken(outbox, source, row, done))]
        outbox.add(source, done.samples)
        outbox.add_broken(source, "", aside)
        if mark is not None:
            outbox.db.execute(
                "INSERT OR REPLACE INTO progress VALUES (?, ?, ?)",
                (source, mark_text(mark), "" if floor is None else mark_text(floor)),
            )
        if floor is not None:
            outbox.db.execute(
                "DELETE FROM taken WHERE source = ? AND place < ?", (source, position(floor))
            )
    return done


def note_gone(outbox: Outbox, source: str, keys: Sequence[str]) -> None:
    """Remember that rows are no longer there: each is told once, and is no new row should it come back."""
    with outbox.transaction():
        outbox.db.executemany(
            "UPDATE taken SET is_gone = 1 WHERE source = ? AND key = ?",
            [(source, key) for key in keys],
        )


def _taken(outbox: Outbox, source: str, row: Judged, done: Kept) -> str:
    """Count one row; return the word under which it is set aside, none for none."""
    asked = "SELECT digest, is_gone FROM taken WHERE source = ? AND key = ?"
    known = outbox.db.execute(asked, (source, row.key)).fetchone()
    if known is None or known != (row.digest, 0):
        outbox.db.execute(
            "INSERT OR REPLACE INTO taken VALUES (?, ?, ?, ?, 0)",
            (source, row.key, position(row.mark), row.digest),
        )
    if known is not None:
        if known[0] == row.digest:
            return ""
        done.changed += 1
        return CHANGED
    return _counted(outbox, source, row, done)


def _counted(outbox: Outbox, source: str, row: Judged, done: Kept) -> str:
    word = "" if isinstance(row.outcome, Sample) else row.outcome
    if isinstance(row.outcome, Sample):
        done.samples.append(row.outcome)
    elif word == UNMAPPED:
        done.unmapped += 1
    else:
        done.refused, done.last_reason = done.refused + 1, f"{word}: {row.text.decode()}"
    outbox.db.execute(
        "INSERT INTO tally VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET kept = kept + excluded.kept,"
        " refused = refused + excluded.refused, unmapped = unmapped + excluded.unmapped",
        (source, row.day, not word, word not in {"", UNMAPPED}, word == UNMAPPED),
    )
    return "" if word == UNMAPPED else word


def mark_text(mark: Mark) -> str:
    """Return a mark as text that tells its kind."""
    if isinstance(mark, datetime):
        return f"t{mark.isoformat()}"
    return f"s{mark}" if isinstance(mark, str) else f"n{mark}"


def mark_from(text: str) -> Mark:
    """Return the mark that a text stands for."""
    kind, said = text[:1], text[1:]
    if kind == "t":
        return datetime.fromisoformat(said)
    if kind == "s":
        return said
    with suppress(ValueError):
        return int(said)
    return Decimal(said)
