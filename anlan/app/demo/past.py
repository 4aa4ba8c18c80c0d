"""A past that a box sends when it is first connected, its last day copied from an earlier one (`troubles.toml`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from anlan.kernel.base.clock import SHANGHAI, to_ms

MINUTES = 1_440


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """One tag's days before today: `days` of them around a value, yesterday being the day `lag_days` before it."""

    tag: str
    days: int
    lag_days: int
    around: float
    resolution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDay:
    """A day of one tag: times in ms, a minute apart, and values."""

    tag: str
    times_ms: list[int]
    values: list[float]


def past_of(one: Copied, at: datetime) -> list[PastDay]:
    """Return the days before the one of a moment, the earliest first: the same whenever it is asked."""
    dice = np.random.default_rng(36)
    minutes = np.arange(one.days * MINUTES)
    drift = np.zeros(len(minutes))
    for place, push in enumerate(dice.normal(size=len(minutes) - 1) * 0.004, 1):
        drift[place] = 0.999 * drift[place - 1] + push
    tide = 0.4 * np.sin(minutes / MINUTES * 2 * np.pi)
    curve = one.around + tide + drift + 0.006 * dice.normal(size=len(minutes))
    last = (one.days - 1) * MINUTES
    curve[last:] = curve[last - one.lag_days * MINUTES :][:MINUTES]
    curve = np.round(np.rint(curve / one.resolution) * one.resolution, 9)
    begin = at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for day in range(one.days):
        first_ms = to_ms(begin - timedelta(days=one.days - day)) + 11_000
        part = curve[day * MINUTES : (day + 1) * MINUTES]
        times_ms = [first_ms + minute * 60_000 for minute in range(MINUTES)]
        found.append(PastDay(tag=one.tag, times_ms=times_ms, values=part.tolist()))
    return found
