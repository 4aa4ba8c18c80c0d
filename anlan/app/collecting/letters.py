"""What the platform refused and what could not be read: for a person, beside the running process."""

from contextlib import closing
from pathlib import Path

import msgspec

from anlan.adapters.mqtt.message import JsonMessage
from anlan.app.collecting.outbox_tables import looked_at, opened
from anlan.kernel.base.config import ConfigurationError
from anlan.kernel.sensing.sample import Sample

SHOWN = 100


class Letter(msgspec.Struct, kw_only=True):
    """A message that the platform refused: number, readings, what it said, when (ms UTC), the message's text."""

    seq: int
    readings: int
    status: int
    reason: str
    at_ms: int
    body: str


class Piece(msgspec.Struct, kw_only=True):
    """Bytes that could not be read: source, who sent them, why, when (ms UTC), how many, the first of them; as text if they are."""

    source: str
    peer: str
    reason: str
    at_ms: int
    size: int
    raw_hex: str
    text: str


def letters(file: Path) -> list[Letter]:
    """Return the dead letters, the newest first."""
    with closing(looked_at(file)) as db:
        rows = db.execute(
            "SELECT seq, count, status, reason, at_ms, body FROM dead ORDER BY id DESC LIMIT ?",
            (SHOWN,),
        ).fetchall()
    return [
        Letter(seq=seq, readings=n, status=said, reason=why, at_ms=at, body=body.decode())
        for seq, n, said, why, at, body in rows
    ]


def pieces(file: Path) -> list[Piece]:
    """Return what could not be read, the newest first."""
    with closing(looked_at(file)) as db:
        rows = db.execute(
            "SELECT source, peer, reason, at_ms, size, raw FROM broken ORDER BY id DESC LIMIT ?",
            (SHOWN,),
        ).fetchall()
    return [
        Piece(
            source=source, peer=peer, reason=why, at_ms=at, size=size,
            raw_hex=raw.hex(), text=_text(raw),
        )
        for source, peer, why, at, size, raw in rows
    ]  # fmt: skip


def send_again(file: Path, seq: int) -> int:
    """Put the readings of a dead letter behind what waits, under a new number; return how many.

    Raises ConfigurationError where there is no such letter.
    """
    looked_at(file).close()
    with closing(opened(file)) as db:
        db.execute("BEGIN IMMEDIATE")
        row = db.execute("SELECT id, body FROM dead WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            raise _none(file, seq)
        number, body = row
        samples = _samples(body)
        db.execute(
            "INSERT INTO entry (source, count, body) VALUES ('sent again', ?, ?)",
            (len(samples), msgspec.msgpack.encode(samples)),
        )
        db.execute("DELETE FROM dead WHERE id = ?", (number,))
        db.execute("COMMIT")
    return len(samples)


def discard(file: Path, seq: int) -> None:
    """Throw a dead letter away. Raises ConfigurationError where there is no such letter."""
    looked_at(file).close()
    with closing(opened(file)) as db:
        if db.execute("DELETE FROM dead WHERE seq = ?", (seq,)).rowcount == 0:
            raise _none(file, seq)


def _samples(body: bytes) -> list[Sample]:
    columns = msgspec.json.decode(body, type=JsonMessage).columns
    if isinstance(columns, msgspec.UnsetType):
        return []
    quality = [] if isinstance(columns.q, msgspec.UnsetType) else columns.q
    return [
        Sample(columns.tags[at], t, v, q)
        for at, t, v, q in zip(columns.i, columns.t, columns.v, quality, strict=True)
    ]


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return ""


def _none(file: Path, seq: int) -> ConfigurationError:
    return ConfigurationError(f"{file}：没有序号为 {seq} 的被拒报文 · no dead letter {seq}")
