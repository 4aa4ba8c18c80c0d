"""Who listens to the live stream, what each may hear, and what waits to be sent (7.15).

An event is an object's whole state with its version, so what waits is one row an object: a slow
or flooded listener misses versions, never the last one.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import Facts
from anlan.kernel.base.tickets import Ticket

#: What a listener may hear is what he may read over the API.
PERMISSIONS = {
    "alerts.alarm": "alerts.alarm.view",
    "subjects.subject": "subjects.subject.view",
    "sensing.datastream": "sensing.datastream.view",
    "sensing.limit": "sensing.datastream.view",
}
BUFFER_MS = 10 * 60 * 1000
BUFFER_EVENTS = 100_000
ROWS_A_FRAME = 500
MOST_WAITING = 20_000
MOST_WATCHED = 200

Value = tuple[int, float | None, int]


@dataclass(frozen=True, slots=True)
class Heard:
    """One event as it came from EVENTS."""

    position: int
    at_ms: int
    kind: str
    row: dict[str, Any]
    facts: Facts
    exercise_id: str | None
    worst: int


def heard(event: dict[str, Any]) -> Heard | None:
    """Read an event for listeners; None for what nobody listens to here."""
    kind = str(event["type"]).rpartition(".")[0]
    if kind not in PERMISSIONS:
        return None
    facts = Facts(div=int(event["div"]), zone=event["zone"], site=event["site"])
    data = event["data"]
    row = {
        "type": kind,
        "id": event["object"],
        "version": int(event["version"]),
        "gone": False,
        "state": data,
    }
    worst = int(data.get("priority", 9)) if isinstance(data, dict) else 9
    position = int(event["position"])
    return Heard(position, now_ms(), kind, row, facts, event["exercise_id"], worst)


@dataclass(slots=True, eq=False)
class Listener:
    """One open stream."""

    ticket: Ticket
    stream_id: str = field(default_factory=new_ulid)
    waiting: dict[tuple[str, str], Heard] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    watched: dict[int, str] = field(default_factory=dict)
    position: int = 0
    must_reset: bool = False
    is_over: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def may_hear(self, one: Heard) -> bool:
        """Tell whether permission, drill and scope let this event through."""
        return (
            PERMISSIONS[one.kind] in self.ticket.permissions
            and one.exercise_id == self.ticket.exercise_id
            and self.ticket.scope.sees(one.facts)
        )

    def tell(self, one: Heard) -> None:
        """Let an event wait; of one object only the highest version waits."""
        key = (one.kind, str(one.row["id"]))
        held = self.waiting.get(key)
        if held is None or held.row["version"] < one.row["version"]:
            self.waiting[key] = one
        if len(self.waiting) > MOST_WAITING:
            self.waiting.clear()
            self.must_reset = True
        self.news.set()

    def end(self) -> None:
        """End the stream: logged out, locked, another post."""
        self.is_over = True
        self.news.set()

    def next_frames(self) -> list[tuple[str, dict[str, Any], int | None]]:
        """Take what fits into one frame: (event, data, id); the worst alarms first."""
        frames: list[tuple[str, dict[str, Any], int | None]] = []
        self.news.clear()
        if self.must_reset:
            self.must_reset = False
            frames.append(("reset", {}, None))
        if self.waiting:
            chosen = sorted(self.waiting.items(), key=lambda one: (one[1].worst, one[1].position))
            sent = chosen[:ROWS_A_FRAME]
            for key, _ in sent:
                del self.waiting[key]
            frames.extend(self._rows([one for _, one in sent]))
        if self.values:
            frames.append(("values", {"values": self.values}, None))
            self.values = {}
        if self.waiting:
            self.news.set()
        return frames

    def _rows(self, sent: list[Heard]) -> list[tuple[str, dict[str, Any], int | None]]:
        """Return the frame of rows, and one that counts what still waits."""
        left = list(self.waiting.values())
        # The id is a promise that everything up to it has been sent: while rows wait, it stays.
        reached = max(one.position for one in sent)
        if left:
            reached = min(reached, min(one.position for one in left) - 1)
        self.position = max(self.position, reached)
        rows = {"position": self.position, "rows": [one.row for one in sent]}
        frames: list[tuple[str, dict[str, Any], int | None]] = [("rows", rows, self.position)]
        if left:
            frames.append(("groups", {"position": self.position, "groups": _groups(left)}, None))
        return frames


def _groups(left: list[Heard]) -> list[dict[str, Any]]:
    """Count what waits, by type, with the worst priority among it."""
    kinds: dict[str, list[int]] = {}
    for one in left:
        kinds.setdefault(one.kind, []).append(one.worst)
    return [
        {"type": kind, "key": kind, "count": len(worst), "worst": min(worst)}
        for kind, worst in sorted(kinds.items())
    ]


class Hub:
    """All listeners, and the events of the last ten minutes."""

    def __init__(self) -> None:
        self.listeners: dict[str, Listener] = {}
        self.position = 0
        self.database = "ok"
        self.engine_lag_s: float | None = None
        self._buffer: deque[Heard] = deque(maxlen=BUFFER_EVENTS)
        #: Every position above this one has been in the buffer.
        self._complete_after: int | None = None

    def take(self, event: dict[str, Any]) -> None:
        """Keep an event and give it to whoever may hear it; a repeat is dropped."""
        position = int(event["position"])
        if position <= self.position:
            return
        if self._complete_after is None:
            self._complete_after = position - 1
        self.position = position
        one = heard(event)
        if one is None:
            return
        self._forget_old()
        if self._buffer.maxlen == len(self._buffer):
            self._complete_after = self._buffer[0].position
        self._buffer.append(one)
        for listener in self.listeners.values():
            if listener.may_hear(one):
                listener.tell(one)

    def begin_at(self, position: int) -> None:
        """The journal stood here when we began to listen."""
        if self._complete_after is None:
            self._complete_after = self.position = position

    def join(self, ticket: Ticket, after: int | None) -> Listener:
        """Add a listener who has everything up to a position; too old a one must fetch again."""
        listener = Listener(ticket=ticket, position=self.position)
        if after is not None:
            if after < (self._complete_after or 0) or after > self.position:
                listener.must_reset = True
            else:
                listener.position = after
                for one in self._buffer:
                    if one.position > after and listener.may_hear(one):
                        listener.tell(one)
        self.listeners[listener.stream_id] = listener
        listener.news.set()
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        self.listeners.pop(listener.stream_id, None)

    def _forget_old(self) -> None:
        horizon = now_ms() - BUFFER_MS
        while self._buffer and self._buffer[0].at_ms < horizon:
            self._complete_after = self._buffer.popleft().position
