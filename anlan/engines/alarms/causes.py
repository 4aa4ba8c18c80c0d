"""Which alarms have one cause: a gateway that is not heard, an instrument that fails (7.19).

Two or more datastreams that turn in one message of the log are a group, whoever turns later joins it:

- `gateway:<id>`: they fell silent, and nothing at all was heard from their gateway for as long as
  their silence lasts. It ends with the next message from the gateway.
- `device:<id>`: datastreams of one instrument fell silent, froze or left their range. It ends when none
  of them is in such a condition any more.

Limits on values are never put into a group: a leak that twenty detectors see is twenty alarms.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.engines.alarms.records import (
    FROZEN_BIT,
    RAISED,
    RANGE_BIT,
    RETURNED,
    SILENT,
    SILENT_BIT,
    Book,
    Records,
)

GATEWAY, DEVICE = "gateway", "device"
#: Conditions that speak of the instrument, not of what it measures.
HEALTH_BITS = SILENT_BIT | FROZEN_BIT | RANGE_BIT
#: So many at once have a cause.
TOGETHER = 2
#: "Never heard", far enough from the ends of int64 to be subtracted.
LONG_AGO_MS = -(1 << 62)


@dataclass(frozen=True, slots=True)
class Turn:
    """A group that begins (`raised`), takes on members (`grew`) or ends (`returned`)."""

    cause: str
    kind: str
    at_ms: int
    members: int = 0


@dataclass(slots=True)
class Family:
    """Datastreams by what they hang on; place 0 stands for nothing known."""

    kind: str
    names: list[str] = field(default_factory=lambda: [""])
    is_open: list[bool] = field(default_factory=lambda: [False])
    heard_ms: list[int] = field(default_factory=lambda: [LONG_AGO_MS])
    of: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    _places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find names quickly."""
        self._places = {name: place for place, name in enumerate(self.names) if place}

    def place(self, name: str) -> int:
        """Return the place of a name, a new one for a new name."""
        if name and name not in self._places:
            self._places[name] = len(self.names)
            self.names.append(name)
            self.is_open.append(False)
            self.heard_ms.append(LONG_AGO_MS)
        return self._places.get(name, 0)

    def put(self, number: int, name: str) -> None:
        """Say what a datastream hangs on."""
        if number >= len(self.of):
            room = max(64, 1 << number.bit_length()) - len(self.of)
            self.of = np.concatenate([self.of, np.zeros(room, np.int32)])
        self.of[number] = self.place(name)

    def places(self, numbers: NDArray[Any]) -> NDArray[np.int32]:
        """Return what datastreams hang on."""
        known = numbers < len(self.of)
        found = np.zeros(len(numbers), np.int32)
        found[known] = self.of[numbers[known]]
        return found

    def cause(self, place: int) -> str:
        """Return the key of a cause."""
        return f"{self.kind}:{self.names[place]}"

    def find(self, name: str) -> int:
        """Return the place of a name that is known, else 0."""
        return self._places.get(name, 0)


@dataclass(slots=True)
class Causes:
    """What is known of gateways and instruments, and which of them are the cause of alarms now."""

    gateways: Family = field(default_factory=lambda: Family(GATEWAY))
    devices: Family = field(default_factory=lambda: Family(DEVICE))

    def put(self, number: int, gateway: str, device: str) -> None:
        """Say what a datastream hangs on."""
        if gateway:
            self.gateways.put(number, gateway)
        if device:
            self.devices.put(number, device)

    def believe(self, causes: frozenset[str]) -> None:
        """Take over which groups somebody else remembers as active."""
        for family in (self.gateways, self.devices):
            family.is_open = [False] * len(family.names)
            for kind, name in (cause.split(":", 1) for cause in sorted(causes)):
                if kind == family.kind:
                    family.is_open[family.place(name)] = True

    def hear(self, gateway: str, arrived_ms: int) -> list[Turn]:
        """A message came from a gateway: it is not lost."""
        family = self.gateways
        if not (place := family.find(gateway)):
            return []
        family.heard_ms[place] = max(family.heard_ms[place], arrived_ms)
        if not family.is_open[place]:
            return []
        family.is_open[place] = False
        return [Turn(family.cause(place), "returned", arrived_ms)]

    def group(
        self, transitions: Records, at_ms: int, book: Book
    ) -> tuple[list[Turn], dict[int, str]]:
        """Return which groups turn by the transitions of one message, and the cause of each member.

        Members are named by their place among the transitions.
        """
        rows: Any = transitions
        if not len(rows):
            return [], {}
        raised = rows["kind"] == RAISED
        silent = raised & (rows["condition"] == SILENT)
        places = self.gateways.places(rows["number"])
        heard_ms = np.array(self.gateways.heard_ms)[places]
        config: Any = book.config
        lost = silent & (at_ms - heard_ms >= config["silence_ms"][rows["number"]])
        turns, members = self._gather(self.gateways, np.where(lost, places, 0), rows)
        ill = raised & (1 << rows["condition"].astype(np.int64) & HEALTH_BITS != 0)
        ill[list(members)] = False
        places = self.devices.places(rows["number"])
        more, failing = self._gather(self.devices, np.where(ill, places, 0), rows)
        well = self._recovered(places[rows["kind"] == RETURNED], at_ms, book)
        return turns + more + well, members | failing

    @staticmethod
    def _gather(
        family: Family, places: NDArray[Any], rows: Any
    ) -> tuple[list[Turn], dict[int, str]]:
        """Put rows with one cause together; a place of 0 has none."""
        turns: list[Turn] = []
        members: dict[int, str] = {}
        for place in np.unique(places[places > 0]).tolist():
            chosen = np.flatnonzero(places == place)
            was_open = family.is_open[place]
            if not was_open and len(chosen) < TOGETHER:
                continue
            family.is_open[place] = True
            cause = family.cause(place)
            kind = "grew" if was_open else "raised"
            turns.append(Turn(cause, kind, int(rows["at_ms"][chosen].max()), len(chosen)))
            members |= dict.fromkeys(chosen.tolist(), cause)
        return turns, members

    def _recovered(self, places: NDArray[Any], at_ms: int, book: Book) -> list[Turn]:
        """Return the groups of instruments of which no datastream is ill any more."""
        family, state = self.devices, book.state
        health: Any = state
        turns = []
        for place in np.unique(places[places > 0]).tolist():
            numbers = np.flatnonzero(family.of == place)
            if family.is_open[place] and not (health["active"][numbers] & HEALTH_BITS).any():
                family.is_open[place] = False
                turns.append(Turn(family.cause(place), "returned", at_ms))
        return turns
