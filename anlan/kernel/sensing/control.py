"""Control and time on the log: what the engine must know besides readings (7.3).

Limits, retirements and suppressions travel on `rd.<shard>.c`, idempotent by their version;
time travels on `rd.<shard>.t`, one tick a second.
"""

from typing import Literal

import msgspec

VERSION = 1


class ControlError(ValueError):
    """The bytes are not a control message or a tick that this version knows."""


class LimitSet(msgspec.Struct, frozen=True, kw_only=True):
    """The limit now in force for one condition of a datastream; `limit_id` None takes it away.

    `low` is the lower end of a range, `window_ms` that of a rate or a frozen signal; `gateway` and
    `device` are what the datastream hangs on.
    """

    number: int
    condition: Literal["HH", "H", "L", "LL", "rate", "range", "frozen", "silent"]
    limit_id: str | None
    value: float
    deadband: float
    on_delay_ms: int
    off_delay_ms: int
    silence_ms: int
    version: int
    low: float = 0.0
    window_ms: int = 0
    gateway: str = ""
    device: str = ""


class Retirement(msgspec.Struct, frozen=True, kw_only=True):
    """A datastream that is judged no more, or again with `retired=False`; its number is its own for ever."""

    number: int
    version: int
    retired: bool = True


class SuppressionSet(msgspec.Struct, frozen=True, kw_only=True):
    """Alarms of a datastream suppressed by design from one moment to another, or no more (None)."""

    number: int
    suppression_id: str | None
    starts_ms: int
    ends_ms: int
    version: int


Control = LimitSet | Retirement | SuppressionSet


class _Envelope(msgspec.Struct):
    """{"v","kind","version","data"}: the kind stands outside, where a router can read it."""

    v: int
    kind: str
    version: int
    data: msgspec.Raw


class _Tick(msgspec.Struct):
    v: int
    at: int


_KINDS: dict[str, type[LimitSet] | type[Retirement] | type[SuppressionSet]] = {
    "limits": LimitSet,
    "retire": Retirement,
    "suppress": SuppressionSet,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_envelope = msgspec.msgpack.Decoder(_Envelope)
_tick = msgspec.msgpack.Decoder(_Tick)


def encode_control(change: Control) -> bytes:
    """Return the payload of a control message."""
    kind = _NAMES[type(change)]
    return msgspec.msgpack.encode(
        {"v": VERSION, "kind": kind, "version": change.version, "data": change}
    )


def decode_control(payload: bytes) -> Control:
    """Return the change that a control message carries. Raises ControlError."""
    try:
        envelope = _envelope.decode(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ControlError(f"not a control message: {error}") from error
    if envelope.v != VERSION or envelope.kind not in _KINDS:
        known = ", ".join(_KINDS)
        raise ControlError(f"control v{envelope.v} {envelope.kind!r}; known: v{VERSION} {known}")
    try:
        return msgspec.msgpack.decode(envelope.data, type=_KINDS[envelope.kind])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ControlError(f"control {envelope.kind}: {error}") from error


def encode_tick(at_ms: int) -> bytes:
    """Return the payload of a tick: all that arrived before `at_ms` stands before it."""
    return msgspec.msgpack.encode({"v": VERSION, "at": at_ms})


def decode_tick(payload: bytes) -> int:
    """Return the moment of a tick in ms. Raises ControlError."""
    try:
        tick = _tick.decode(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ControlError(f"not a tick: {error}") from error
    if tick.v != VERSION:
        raise ControlError(f"tick of version {tick.v}; this program knows {VERSION}")
    return tick.at
