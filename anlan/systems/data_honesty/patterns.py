"""What the engine says of some curves, with the figures that justify it and all that it was given."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from anlan.engines.honesty import look
from anlan.engines.honesty.month import Finding, Kind, Month
from anlan.kernel.base.clock import from_ms
from anlan.kernel.sensing.models import Datastream
from anlan.systems.data_honesty.curves import Curve, Span, months_of
from anlan.systems.data_honesty.grounds import engine

#: What the engine goes by, kept with each finding.
PARAMETERS = {
    name.lower(): getattr(look, name)
    for name in (
        "WINDOW_H", "COPY_H", "PATTERN_H", "TURNS", "CONSTANT_H", "USUAL_RUNS", "NEAR_STEPS", "TOPS", "TOP_TIMES",
        "TWIN_H",
    )
}  # fmt: skip
Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One pattern: [first_at, last_at] of a datastream, the curve or the tag that it repeats."""

    stream: Datastream
    kind: str
    first_at: datetime
    last_at: datetime
    earlier_at: datetime | None = None
    other: Datastream | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    basis: dict[str, Any] = field(default_factory=dict)


def masked(curve: Curve, spans: Spans) -> Curve:
    """Return a curve without what lies in some spans (ms): what was filed, or told before."""
    values = curve.values.copy()
    for first_ms, last_ms in spans:
        values[max(curve.place_of(first_ms), 0) : max(curve.place_of(last_ms) + 1, 0)] = np.nan
    return Curve(
        stream=curve.stream,
        from_ms=curve.from_ms,
        step_s=curve.step_s,
        values=values,
        files_missing=curve.files_missing,
    )


def patterns_in(
    curves: Sequence[Curve], highs: dict[str, float], span: Span, hidden: Mapping[str, Spans]
) -> Iterator[Pattern]:
    """Yield what the engine finds in some curves of whole subjects; `hidden` says by datastream what it is not to see."""
    shown = [masked(one, hidden.get(one.stream.id, ())) for one in curves]
    for month, rows in months_of(shown, highs):
        for one in look.findings(month):
            yield _pattern(month, rows, one, span, hidden)


def _pattern(
    month: Month, rows: list[Curve], one: Finding, span: Span, hidden: Mapping[str, Spans]
) -> Pattern:
    curve = rows[one.row]
    high = float(month.high[one.row])
    together = [row.stream.id for row in rows if row.stream.subject_id == curve.stream.subject_id]
    basis = {
        "engine": engine(),
        "parameters": PARAMETERS,
        "from_ms": span.from_ms,
        "to_ms": span.to_ms,
        "known_by_ms": span.known_by_ms,
        "step_s": curve.step_s,
        "resolution": float(month.resolution[one.row]),
        "high": high if np.isfinite(high) else None,
        "together": together,
        "hidden": {
            key: [list(part) for part in hidden[key]] for key in together if hidden.get(key)
        },
        "files_missing": curve.files_missing,
    }
    return Pattern(
        stream=curve.stream,
        kind=one.kind.value,
        first_at=from_ms(curve.moment_of(one.first)),
        last_at=from_ms(curve.moment_of(one.last + 1)),
        earlier_at=None if one.earlier is None else from_ms(curve.moment_of(one.earlier)),
        other=None if one.other is None else rows[one.other].stream,
        figures=figures_of(month, one),
        basis=basis,
    )


def figures_of(month: Month, one: Finding) -> dict[str, Any]:
    """Return the figures of a finding: hours always, the others as its kind has them."""
    step_s = month.step_s
    values = month.values[one.row, one.first : one.last + 1]
    said: dict[str, Any] = {"hours": round((one.last - one.first + 1) * step_s / 3600, 2)}
    if one.earlier is not None:
        long = one.last - one.first + 1
        earlier = month.values[one.row, one.earlier : one.earlier + long]
        both = np.isfinite(values) & np.isfinite(earlier)
        apart = values[both] - earlier[both]
        said["lag_hours"] = round((one.first - one.earlier) * step_s / 3600, 2)
        said["shift"] = _plain(np.median(apart))
        said["equal_share"] = _plain(
            np.mean(np.abs(apart - np.median(apart)) < month.resolution[one.row] / 2)
        )
        said["moves"] = int(np.count_nonzero(np.diff(values[both])))
    if one.kind is Kind.CONSTANT:
        said["value"] = _plain(np.nanmedian(values))
    if one.kind is Kind.CLIPPED:
        said["top"] = _plain(np.nanmax(values))
        said["limit"] = _plain(month.high[one.row])
        said["times_at_top"] = int(np.count_nonzero(values == np.nanmax(values)))
    if one.kind is Kind.REPEATED:
        period = _period(month.counts[one.row, one.first : one.last + 1])
        said["period_minutes"] = round(period * step_s / 60, 1)
        said["turns"] = round(len(values) / period, 1)
    return said


def _period(counts: Any) -> int:
    """Return after how many times a stretch that repeats itself comes again."""
    steps = np.diff(counts)[1:]
    for period in range(2, len(steps) // 2):
        if (steps[period:] == steps[:-period]).all():
            return period
    return max(len(steps), 1)


def _plain(value: Any) -> float:
    return round(float(value), 6)
