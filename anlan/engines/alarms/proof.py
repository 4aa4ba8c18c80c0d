"""Alarms that somebody else remembers and no reading has borne out since (crash points, last row).

A judge whose memory has a hole believes the database. Where no reading of such a datastream comes
within ten minutes of ticks, the alarm is told to be unconfirmed; the next reading that is judged
and leaves it active tells it to be reaffirmed. `silent` needs no proof: no data is its proof.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from anlan.engines.alarms.controls import written
from anlan.engines.alarms.records import (
    NEVER,
    REAFFIRMED,
    SILENT_BIT,
    UNCONFIRMED,
    Records,
    no_transitions,
)

UNCONFIRMED_AFTER_MS = 600_000

#: `bits` are the conditions that want proof, `marked` those already told to be unconfirmed;
#: `last_ms` is the last reading judged when they were believed.
UNPROVEN = np.dtype(
    [("number", "i4"), ("bits", "u1"), ("marked", "u1"), ("last_ms", "i8")], align=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody remembers: bits of active conditions, and of unconfirmed ones, by number.

    `causes` are the groups that are active (causes.py).
    """

    active: Mapping[int, int]
    unconfirmed: Mapping[int, int] = field(default_factory=dict)
    causes: frozenset[str] = frozenset()


@dataclass(slots=True)
class Unproven:
    """What still wants proof; time begins at the first tick that sees it."""

    rows: Records = field(default_factory=lambda: np.zeros(0, UNPROVEN))
    since_ms: int = NEVER

    @classmethod
    def of(cls, told: Told, state: Any) -> "Unproven":
        """Doubt what was told, but for silence."""
        doubted = {number: bits & ~SILENT_BIT for number, bits in told.active.items()}
        listed = [
            (number, bits, told.unconfirmed.get(number, 0) & bits, state["last_ms"][number])
            for number, bits in sorted(doubted.items())
            if bits
        ]
        return cls(np.array(listed, UNPROVEN))

    def look(self, at_ms: int, *, restart: bool, config: Any, state: Any) -> Records:
        """Tell at a tick what has been borne out, and what has waited too long."""
        rows: Any = self.rows
        if not len(rows):
            return no_transitions()
        if restart or self.since_ms == NEVER:
            self.since_ms = at_ms
        rows["bits"] &= state["reported"][rows["number"]]
        proven = state["last_ms"][rows["number"]] != rows["last_ms"]
        parts = [_told(rows[proven], "marked", REAFFIRMED, at_ms, config, state)]
        rows = rows[~proven & (rows["bits"] != 0)]
        if at_ms - self.since_ms >= UNCONFIRMED_AFTER_MS:
            fresh = rows.copy()
            fresh["bits"] &= ~rows["marked"]
            parts.append(_told(fresh, "bits", UNCONFIRMED, at_ms, config, state))
            rows["marked"] = rows["bits"]
        self.rows = rows
        return np.concatenate(parts)


def _told(rows: Any, name: str, kind: int, at_ms: int, config: Any, state: Any) -> Records:
    parts = [no_transitions()]
    for number, bits in zip(rows["number"], rows[name] & rows["bits"], strict=True):
        parts.append(written(number, int(bits), kind, at_ms, config[number], state[number]))
    return np.concatenate(parts)
