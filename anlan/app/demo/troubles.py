"""What is wrong at the demo's gateways and in its register, as data: `troubles.toml`.

The boxes really send like this and the register really is like this; what the steward's desk makes
of it is found by the platform itself.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from anlan.app.demo.mapping import HERE
from anlan.app.demo.past import Copied


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Something that comes at a second of the play and again every so many seconds."""

    from_s: float
    every_s: float

    def falls(self, after: float, upto: float) -> bool:
        """Tell whether it comes after one second of the play and not after another."""
        if upto < self.from_s:
            return False
        latest = self.from_s + (upto - self.from_s) // self.every_s * self.every_s
        return latest > after


@dataclass(frozen=True, slots=True, kw_only=True)
class Unregistered:
    """A tag that a box sends and nobody has registered; its values are those of another."""

    tag: str
    like: str
    beat: Beat


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A tag that always says one value, and the limit by which that is noticed."""

    tag: str
    value: float
    limit: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """What is wrong with one gateway; nothing, for most."""

    behind_ms: int = 0
    unregistered: tuple[Unregistered, ...] = ()
    nan: Beat | None = None
    skipped: Beat | None = None
    skipped_messages: int = 0
    stuck: tuple[Stuck, ...] = ()
    unlimited: frozenset[str] = field(default_factory=frozenset)
    copied: tuple[Copied, ...] = ()

    def said(
        self, values: Mapping[str, float], after: float, upto: float
    ) -> tuple[list[str], list[float]]:
        """Return the tags and values that the box really sends instead of these."""
        told = dict(values) | {one.tag: one.value for one in self.stuck if one.tag in values}
        for one in self.unregistered:
            if one.beat.falls(after, upto):
                told[one.tag] = told[one.like]
        return list(told), list(told.values())

    def has_nan(self, after: float, upto: float) -> bool:
        """Tell whether the last value of this message is no number."""
        return self.nan is not None and self.nan.falls(after, upto)

    def lost_messages(self, after: float, upto: float) -> int:
        """Return how many messages before this one never left the box."""
        return self.skipped_messages if self.skipped and self.skipped.falls(after, upto) else 0


@cache
def read_troubles() -> dict[str, Any]:
    """Return the file's tables as they are."""
    return tomllib.loads((HERE / "troubles.toml").read_text(encoding="utf-8"))


@cache
def troubles_of(firm: str) -> Troubles:
    """Return what is wrong with a firm's gateway."""
    raw = read_troubles()

    def mine(table: str) -> list[dict[str, Any]]:
        return [
            {key: value for key, value in row.items() if key != "firm"}
            for row in raw[table]
            if row["firm"] == firm
        ]

    skipped = mine("skipped")
    nan = mine("nan")
    return Troubles(
        behind_ms=sum(round(row["behind_s"] * 1000) for row in mine("slow_clock")),
        unregistered=tuple(
            Unregistered(tag=row["tag"], like=row["like"], beat=_beat(row))
            for row in mine("unregistered")
        ),
        nan=_beat(nan[0]) if nan else None,
        skipped=_beat(skipped[0]) if skipped else None,
        skipped_messages=skipped[0]["messages"] if skipped else 0,
        stuck=tuple(Stuck(**row) for row in mine("stuck")),
        unlimited=frozenset(row["tag"] for row in mine("unlimited")),
        copied=tuple(Copied(**row) for row in mine("copied")),
    )


def _beat(row: Mapping[str, Any]) -> Beat:
    return Beat(from_s=row["from_s"], every_s=row["every_s"])
