"""READINGS on the wire: msgpack columns of raw little-endian bytes (subjects `rd.<shard>.{m,h}`)."""

from typing import TypedDict

import msgspec
import numpy as np
from numpy.typing import NDArray

VERSION = 1

GOOD, UNCERTAIN, CLOCK, BAD = 192, 64, 72, 0
"""Quality (2b): 72 `clock` is a good value whose time had to be replaced by its arrival."""

NUMBER, TIME, VALUE, QUALITY = (np.dtype(code) for code in ("<i4", "<i8", "<f8", "u1"))


class BatchError(ValueError):
    """The bytes are not a batch of readings that this version knows."""


class Batch(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The readings of one message, column by column; what kernel, history and screen hold.

    `node` is whose numbers these are (7.12); empty in what was written before batches named it.
    """

    gateway: str
    seq: int
    arrived_ms: int
    exercise_id: str | None
    numbers: NDArray[np.int32]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]
    node: str = ""

    def __len__(self) -> int:
        return len(self.numbers)


class Columns(TypedDict):
    """The four columns of a `Batch`."""

    numbers: NDArray[np.int32]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]


class _Wire(msgspec.Struct):
    """The message as the contract of the streams writes it."""

    v: int
    gw: str
    seq: int
    at: int
    x: str | None
    n: bytes
    t: bytes
    val: bytes
    q: bytes
    node: str = ""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Wire)


def encode(batch: Batch, node: str = "") -> bytes:
    """Return the payload of a batch; `node` is the installation that has given its numbers."""
    return _encoder.encode(
        _Wire(
            v=VERSION,
            gw=batch.gateway,
            seq=batch.seq,
            at=batch.arrived_ms,
            x=batch.exercise_id,
            n=np.ascontiguousarray(batch.numbers, NUMBER).tobytes(),
            t=np.ascontiguousarray(batch.times_ms, TIME).tobytes(),
            val=np.ascontiguousarray(batch.values, VALUE).tobytes(),
            q=np.ascontiguousarray(batch.quality, QUALITY).tobytes(),
            node=node or batch.node,
        )
    )


def decode(payload: bytes) -> Batch:
    """Return the batch; its arrays are read-only views. Raises BatchError."""
    try:
        wire = _decoder.decode(payload)
        columns = (
            np.frombuffer(wire.n, NUMBER),
            np.frombuffer(wire.t, TIME),
            np.frombuffer(wire.val, VALUE),
            np.frombuffer(wire.q, QUALITY),
        )
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BatchError(f"not a batch of readings: {error}") from error
    if wire.v != VERSION:
        raise BatchError(f"readings of version {wire.v}; this program knows {VERSION}")
    numbers, times, values, quality = columns
    if not len(numbers) == len(times) == len(values) == len(quality):
        raise BatchError(f"columns of unequal length: {[len(column) for column in columns]}")
    return Batch(
        gateway=wire.gw,
        seq=wire.seq,
        arrived_ms=wire.at,
        exercise_id=wire.x,
        numbers=numbers,
        times_ms=times,
        values=values,
        quality=quality,
        node=wire.node,
    )


def columns_of(rows: list[tuple[int, int, float, int]]) -> Columns:
    """Return (number, time_ms, value, quality) rows as the four columns of a `Batch`."""
    numbers, times, values, quality = zip(*rows, strict=True) if rows else ((), (), (), ())
    return {
        "numbers": np.array(numbers, NUMBER),
        "times_ms": np.array(times, TIME),
        "values": np.array(values, VALUE),
        "quality": np.array(quality, QUALITY),
    }
