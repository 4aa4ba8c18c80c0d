"""A page, in Python: what the web application does with the frames of the live stream."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from anlan.app.streaming.client import Client
from anlan.kernel.base.permissions import Grant, Scope
from anlan.kernel.base.tickets import Ticket

VIEWS = frozenset({"alerts.alarm.view", "subjects.subject.view", "sensing.datastream.view"})
State = dict[str, tuple[int, Any]]


def ticket(scope: Scope, **what: Any) -> Ticket:
    """Return what the web process would have signed."""
    said: dict[str, Any] = {
        "actor": "user:01J00000000000000000000000",
        "session": "s",
        "exercise_id": None,
        "issued_ms": 0,
    }
    grant = Grant(
        scope=scope,
        permissions=what.pop("permissions", VIEWS),
        ceiling=what.pop("ceiling", 3),
    )
    return Ticket(grants=(grant,), **(said | what))


def read(sent: bytes) -> list[tuple[str, dict[str, Any], str | None]]:
    """Parse server-sent events into (event, data, id)."""
    found = []
    for block in sent.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line)
        if fields:
            found.append((fields["event"], json.loads(fields["data"]), fields.get("id")))
    return found


def drain(client: Client) -> list[tuple[str, dict[str, Any], str | None]]:
    """Return the frames that wait for a listener, and take them from its queue."""
    sent = b"".join(client._queue)
    client._queue.clear()
    client._bytes = 0
    return read(sent)


@dataclass
class Screen:
    """A page: fetches a snapshot when told to, then takes higher versions only."""

    fetch: Callable[[], tuple[int, State]]
    state: State = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    position: int | None = None

    def open(self) -> None:
        """Fetch a snapshot; its position was read before it was queried."""
        self.position, found = self.fetch()
        held, self.state = self.state, {}
        for key, fetched in found.items():
            if fetched[0] >= self.versions.get(key, 0):
                self.state[key] = fetched
            elif key in held:
                self.state[key] = held[key]
        # versions of what has gone are kept: a row from before its end may still be on its way
        self.versions |= {key: version for key, (version, _) in self.state.items()}

    def take(self, event: str, data: dict[str, Any]) -> None:
        """Do what one frame says."""
        if event in {"reset", "groups"}:
            self.open()
        if event != "rows":
            return
        self.position = max(self.position or 0, data["position"])
        for row in data["rows"]:
            if row["version"] <= self.versions.get(row["id"], 0):
                continue
            self.versions[row["id"]] = row["version"]
            self.state.pop(row["id"], None)
            if not row["gone"]:
                self.state[row["id"]] = (row["version"], row["state"]["value"])
