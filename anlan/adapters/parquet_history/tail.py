"""The tail: rows that the recorder has and no registered file has yet, and its wire format."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
import numpy as np

from anlan.adapters.parquet_history.rows import COLUMNS, TYPES, Rows

VERSION = 1
#: 37 bytes a row: what fits into one NATS message of 8 MB with room to spare.
ROWS_MAX = 200_000


class TailError(ValueError):
    """The bytes are no question or answer about the tail that this version knows."""


class TailQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of these datastreams in [start, end) of reading time."""

    v: int = VERSION
    numbers: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tail:
    """Rows in arrival order that lie in sequences [first, last] of the epoch.

    `complete` is false where there were more rows than an answer may carry.
    """

    epoch: str
    first: int
    last: int
    rows: Rows
    complete: bool = True


class TailSource(Protocol):
    """Whoever has rows that are not yet in a registered file."""

    def ask(self, numbers: Sequence[int], from_ms: int, to_ms: int) -> Tail | None:
        """Return the tail of some datastreams; None when nobody answers in time."""
        ...


class _Wire(msgspec.Struct, kw_only=True):
    v: int
    epoch: str
    first: int
    last: int
    complete: bool
    columns: list[bytes]


_question = msgspec.msgpack.Decoder(TailQuestion)
_answer = msgspec.msgpack.Decoder(_Wire)


def encode_question(question: TailQuestion) -> bytes:
    """Return the payload of a request on `<node>.tail.<shard>`."""
    return msgspec.msgpack.encode(question)


def decode_question(payload: bytes) -> TailQuestion:
    """Read a request. Raises TailError."""
    try:
        question = _question.decode(payload)
    except msgspec.MsgspecError as error:
        raise TailError(f"not a question about the tail: {error}") from error
    if question.v != VERSION:
        raise TailError(f"tail question of version {question.v}; this program knows {VERSION}")
    return question


def encode_tail(tail: Tail) -> bytes:
    """Return the payload of an answer: columns of raw little-endian bytes."""
    rows = tail.rows if len(tail.rows) <= ROWS_MAX else tail.rows.take(slice(-ROWS_MAX, None))
    return msgspec.msgpack.encode(
        _Wire(
            v=VERSION,
            epoch=tail.epoch,
            first=tail.first,
            last=tail.last,
            complete=tail.complete and len(tail.rows) <= ROWS_MAX,
            columns=[
                np.ascontiguousarray(getattr(rows, name), TYPES[name].newbyteorder("<")).tobytes()
                for name in COLUMNS
            ],
        )
    )


def decode_tail(payload: bytes) -> Tail:
    """Read an answer. Raises TailError."""
    try:
        wire = _answer.decode(payload)
        columns = {
            name: np.frombuffer(column, TYPES[name].newbyteorder("<"))
            for name, column in zip(COLUMNS, wire.columns, strict=True)
        }
    except (msgspec.MsgspecError, ValueError) as error:
        raise TailError(f"not a tail: {error}") from error
    if wire.v != VERSION or len({len(column) for column in columns.values()}) != 1:
        raise TailError(f"a tail of version {wire.v}, or with columns of unequal length")
    rows = Rows(**columns)
    return Tail(
        epoch=wire.epoch, first=wire.first, last=wire.last, rows=rows, complete=wire.complete
    )
