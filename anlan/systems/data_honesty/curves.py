"""Readings brought onto grids, as the engine wants them: each datastream on the beat that it is read at."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.engines.honesty.month import Floats, Month
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.models import Datastream

Times = NDArray[np.int64]
DAY_MS = 86_400_000
#: Steps of grids (s): each divides a twelfth of a day, as the engine asks.
STEPS_S = (60, 120, 300, 600, 900, 1800, 3600)
#: By so many readings of the day a datastream's beat is known.
_FOR_BEAT = 500
#: A reading stands for so many steps where the next one is missing.
_HELD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days that are looked at, in ms; `known_by_ms` is up to when readings had arrived."""

    from_ms: int
    to_ms: int
    known_by_ms: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """One datastream on its grid: `values` (m,), `step_s` apart from `from_ms` on; NaN where nothing good came."""

    stream: Datastream
    from_ms: int
    step_s: int
    values: Floats
    files_missing: int

    def place_of(self, moment_ms: int) -> int:
        """Return the place of the grid that holds a moment."""
        return int((moment_ms - self.from_ms) // (self.step_s * 1000))

    def moment_of(self, place: int) -> int:
        """Return when a place of the grid begins (ms)."""
        return self.from_ms + place * self.step_s * 1000


def curve_of(stream: Datastream, span: Span) -> Curve | None:
    """Read a datastream's span; None where it said too little on its last day to know its beat."""
    store = ports.observation_store()
    last_day = span.to_ms - DAY_MS
    seen = store.raw(stream.number, last_day, span.to_ms, _FOR_BEAT, span.known_by_ms).times_ms
    beat = beat_of(seen)
    if beat is None:
        return None
    step_s, shift_ms = beat
    from_ms = span.from_ms + shift_ms
    points = (span.to_ms - span.from_ms) // (step_s * 1000)
    to_ms = from_ms + points * step_s * 1000
    got = store.buckets(stream.number, from_ms, to_ms, points, span.known_by_ms)
    return Curve(
        stream=stream,
        from_ms=from_ms,
        step_s=step_s,
        values=held(got.last),
        files_missing=len(got.unreadable),
    )


def beat_of(times_ms: Times) -> tuple[int, int] | None:
    """Return the step of the grid (s) and its shift (ms), so that readings lie in the middle of their steps."""
    if len(times_ms) < 3:
        return None
    usual_s = float(np.median(np.diff(times_ms))) / 1000
    step_s = next((one for one in STEPS_S if one >= usual_s * 0.95), None)
    if step_s is None:
        return None
    step_ms = step_s * 1000
    if usual_s * 2 <= step_s:
        # several readings a step: the last of each, wherever it lies
        return step_s, 0
    turn = np.exp(2j * np.pi * (times_ms % step_ms) / step_ms).mean()
    phase_ms = float(np.angle(turn)) / (2 * np.pi) * step_ms
    return step_s, round(phase_ms - step_ms / 2) % step_ms - step_ms


def held(values: Floats) -> Floats:
    """Return the values with each held over a step or two in which nothing came."""
    places = np.arange(len(values))
    last = np.maximum.accumulate(np.where(np.isfinite(values), places, -1))
    short = (last >= 0) & (places - last < _HELD)
    made: Floats = np.where(short, values[np.maximum(last, 0)], np.nan)
    return made


def months_of(
    curves: Iterable[Curve], highs: dict[str, float]
) -> Iterable[tuple[Month, list[Curve]]]:
    """Yield the curves of each step together; `highs` says the upper limit by datastream."""
    by_step: dict[int, list[Curve]] = {}
    for one in curves:
        by_step.setdefault(one.step_s, []).append(one)
    for step_s, rows in sorted(by_step.items()):
        subjects = {one.stream.subject_id: n for n, one in enumerate(rows)}
        month = Month(
            values=np.stack([one.values for one in rows]),
            step_s=float(step_s),
            resolution=np.array([resolution_of(one) for one in rows]),
            high=np.array([highs.get(one.stream.id, np.nan) for one in rows]),
            unit=np.array([subjects[one.stream.subject_id] for one in rows], np.int64),
        )
        yield month, rows


def resolution_of(curve: Curve) -> float:
    """Return the declared step of the values, else the smallest that its readings show."""
    if curve.stream.resolution:
        return float(curve.stream.resolution)
    there = np.unique(np.round(curve.values[np.isfinite(curve.values)], 9))
    steps = np.diff(there)
    return float(steps.min()) if len(steps) else 1.0
