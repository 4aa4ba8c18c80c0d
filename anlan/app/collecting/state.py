"""How a source and the sender fare: what `anlan collect status` shows, written every few seconds."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import msgspec

from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.sample import Sample

#: Of so many messages the one that was quickest on its way tells the clock of who sent it.
SKEWS = 20
ERROR_LENGTH = 300


class Device(msgspec.Struct, kw_only=True):
    """One device of a source that has several: its last reading (ms UTC), how many, its clock ahead of ours (s)."""

    last_reading_ms: int = 0
    readings: int = 0
    skew_s: float | None = None


class State(msgspec.Struct, kw_only=True):
    """One row of the status. Times in ms UTC, 0 for never; counts since the process began."""

    name: str
    kind: str
    is_connected: bool = False
    address: str = ""
    last_reading_ms: int = 0
    readings: int = 0
    counts: dict[str, int] = {}
    last_error: str = ""
    last_error_ms: int = 0
    skew_s: float | None = None
    devices: dict[str, Device] = {}


@dataclass(slots=True)
class Told:
    """The state of one source while it runs."""

    name: str
    kind: str
    is_connected: bool = False
    address: str = ""
    last_reading_ms: int = 0
    readings: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    last_error: str = ""
    last_error_ms: int = 0
    skew_s: float | None = None
    devices: dict[str, Device] = field(default_factory=dict)
    _skews: dict[str, deque[float]] = field(default_factory=dict)

    def kept(self, samples: list[Sample], device: str = "") -> None:
        """Count readings that are on disk; `device` where the source has several."""
        newest = max((sample.at_ms for sample in samples), default=0)
        counted: list[Told | Device] = [self]
        if device:
            counted.append(self.devices.setdefault(device, Device()))
        for one in counted:
            one.readings += len(samples)
            one.last_reading_ms = max(one.last_reading_ms, newest)

    def failed(self, error: object, word: str = "errors") -> None:
        """Count a failure, and remember the last one."""
        self.counts[word] += 1
        self.last_error = (str(error) or type(error).__name__)[:ERROR_LENGTH]
        self.last_error_ms = now_ms()

    def says_now(self, device: str, skew_s: float) -> None:
        """Learn by how much the clock of a device is ahead of ours (s), as one message says.

        A message that waited somewhere makes its clock look slow; so of the last of each device the
        largest counts, and of the devices the one that is furthest off.
        """
        self._skews.setdefault(device, deque(maxlen=SKEWS)).append(skew_s)
        if device in self.devices:
            self.devices[device].skew_s = round(max(self._skews[device]), 3)
        best = [max(some) for some in self._skews.values()]
        furthest = max(best, key=abs)
        self.skew_s = round(furthest, 3)

    def body(self) -> bytes:
        """Return the row as it is written."""
        state: dict[str, Any] = {name: getattr(self, name) for name in State.__struct_fields__}
        return msgspec.json.encode(state)
