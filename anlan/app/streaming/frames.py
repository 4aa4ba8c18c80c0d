"""Frames of the stream as server-sent events; a row is serialised once for everybody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from anlan.kernel.base.clock import now_ms

_encode = msgspec.json.encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows too many to be shown one by one: how many objects of a kind under one key."""

    type: str
    key: str
    count: int
    worst: int | None


Away = Literal["bus", "engine", "gateway", "recorder"]
#: Free space by 7.16: below 15 % low, below 10 % exports and models stop, below 5 % the doors refuse.
Disk = Literal["ok", "low", "stopped", "refusing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the house stands: who is away, how far are the engines behind their ticks, is there room."""

    database_is_there: bool
    engine_lag_s: float | None
    away: tuple[Away, ...] = ()
    disk: Disk = "ok"

    def says_the_same(self, other: "Standing | None") -> bool:
        """Tell whether a banner would read the same, but for the seconds in it."""
        return other is not None and replace(self, engine_lag_s=other.engine_lag_s) == other


def row(kind: str, object_id: str, version: int, state: bytes | None) -> bytes:
    """Return one object's state as JSON; without a state it is gone for whoever gets this."""
    head = {"type": kind, "id": object_id, "version": version, "gone": state is None}
    return _encode(head)[:-1] + b',"state":' + (state or b"{}") + b"}"


def rows(position: int, serialised: Iterable[bytes], *, is_mark: bool = True) -> bytes:
    """Return a frame of rows. Without `is_mark` the browser's Last-Event-ID stays where it was."""
    body = b'{"position":%d,"rows":[%s]}' % (position, b",".join(serialised))
    return _frame(b"rows", body, position if is_mark else None)


def groups(position: int, found: Iterable[Group]) -> bytes:
    """Return a frame of groups: more changed than a screen can show, fetch what you need."""
    return _frame(b"groups", _encode({"position": position, "groups": list(found)}), position)


def values(latest: Mapping[str, tuple[int, float | None, int]]) -> bytes:
    """Return the latest reading of some watched datastreams: time in ms, value, quality."""
    return _frame(b"values", _encode({"values": latest}), None)


def screen(said: bytes) -> bytes:
    """Return what the screen of this session is to show, as the desk that leads it said it."""
    return _frame(b"screen", said, None)


def hello(stream_id: str, position: int) -> bytes:
    """Return the first frame: the stream's name, and the position behind which it goes on."""
    said = {"stream_id": stream_id, "position": position, "server_time": now_ms()}
    return _frame(b"hello", _encode(said), None)


def beat(position: int, standing: Standing) -> bytes:
    """Return the sign of life: the server's time, by which a page judges what is stale."""
    said = {
        "server_time": now_ms(),
        "database": "ok" if standing.database_is_there else "away",
        "engine_lag_s": standing.engine_lag_s,
        "away": standing.away,
        "disk": standing.disk,
        "position": position,
    }
    return _frame(b"beat", _encode(said), None)


def reset() -> bytes:
    """Return the frame that says: what you know is too old, fetch again."""
    return _frame(b"reset", b"{}", None)


def end(reason: str) -> bytes:
    """Return the last frame of a stream that is ended by us."""
    return _frame(b"end", _encode({"reason": reason}), None)


def _frame(event: bytes, body: bytes, mark: int | None) -> bytes:
    head = b"" if mark is None else b"id: %d\n" % mark
    return b"%sevent: %s\ndata: %s\n\n" % (head, event, body)
