"""The demo's limits: fixed ones as the mapping says, the rest from how normal operation spreads.

A limit by spread stands so many times as far from the middle of the normal runs as the furthest
normal value does. It is a demo default, not what any standard gives, and its row says so.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.app.demo.mapping import HERE, PlantMapping, TagMapping
from anlan.app.demo.series import NORMAL, Series

#: A limit by spread returns this share of the normal spread inside the limit.
DEADBAND_SHARE = 0.3
#: One fleeting value raises nothing.
ON_DELAY_MS = 2_000
OFF_DELAY_MS = 3_000
#: A return must be this share of the limit inside it where the limit is fixed.
FIXED_DEADBAND_SHARE = 0.01

_UPWARD = frozenset({"HH", "H"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLimit:
    """One limit, ready to file."""

    condition: str
    value: float
    deadband: float
    on_delay_ms: int
    off_delay_ms: int
    standard: str
    clause: str
    confidence: str
    reason: str
    clause_en: str = ""
    reason_en: str = ""


@cache
def _bases() -> dict[str, dict[str, str]]:
    """Read what each kind of limit rests on."""
    return tomllib.loads((HERE / "bases.toml").read_text(encoding="utf-8"))


def limits_of(tag: TagMapping, plant: PlantMapping, series: dict[str, Series]) -> list[DemoLimit]:
    """Return the limits of a tag of a plant, the widest condition first, silence last."""
    found = [
        _limit(condition, value, abs(value) * FIXED_DEADBAND_SHARE, tag, tag.basis)
        for condition, value in tag.fixed.items()
    ]
    if tag.spread:
        middle, spread = normal_spread(tag, plant.source, series)
        for condition, times in tag.spread.items():
            away = times * spread if condition in _UPWARD else -times * spread
            found.append(_limit(condition, middle + away, DEADBAND_SHARE * spread, tag, "spread"))
    return [*found, _silent(plant.silent_s)]


def normal_spread(tag: TagMapping, source: str, series: dict[str, Series]) -> tuple[float, float]:
    """Return the middle of the normal values and how far the furthest of them lies from it."""
    values: NDArray[np.float64] = np.concatenate(
        [tag.apply(series[run].columns[tag.column]) for run in NORMAL[source]]
    )
    middle = float(np.median(values))
    return middle, float(np.abs(values - middle).max())


def _limit(condition: str, value: float, deadband: float, tag: TagMapping, basis: str) -> DemoLimit:
    said: dict[str, Any] = _bases()[basis]
    return DemoLimit(
        condition=condition,
        value=_to_resolution(value, tag.resolution),
        deadband=_to_resolution(deadband, tag.resolution),
        on_delay_ms=ON_DELAY_MS,
        off_delay_ms=OFF_DELAY_MS,
        **said,
    )


def _silent(seconds: float) -> DemoLimit:
    said: dict[str, Any] = _bases()["silent"]
    return DemoLimit(
        condition="silent", value=seconds, deadband=0.0, on_delay_ms=0, off_delay_ms=0, **said
    )


def _to_resolution(value: float, resolution: float) -> float:
    """Round to the instrument's resolution, without the tail of a binary fraction."""
    return round(round(value / resolution) * resolution, 9)
