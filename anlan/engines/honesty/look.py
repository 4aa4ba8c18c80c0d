"""All that speaks against the curves of a month, each with the span that shows it."""

from collections.abc import Iterator

import numpy as np

from anlan.engines.honesty import lines, noisy_copies, repeats
from anlan.engines.honesty.month import Finding, Ints, Kind, Month

#: Hours of a curve that come again before it is a finding.
WINDOW_H = 2.0
COPY_H = 4.0
#: A pattern that is shorter than this comes again as a sawtooth; so often at least.
PATTERN_H, TURNS = 6.0, 5
#: A value that stands so long is a finding where it otherwise moves every few times.
CONSTANT_H, USUAL_RUNS = 6.0, 100
#: A cut top: so near under the limit, in steps of the resolution, and so often, where the value moves elsewhere.
NEAR_STEPS, TOPS, TOP_TIMES = 5, 3, 6
TWIN_H = 24.0


def findings(month: Month) -> Iterator[Finding]:
    """Yield what was found, datastream by datastream. A span that is a copy is not told as something else too."""
    counts = month.counts
    copied = noisy_copies.earlier_days(month.values, month.resolution, month.step_s)
    for row in range(len(counts)):
        exact = list(_copies(month, row, counts[row]))
        yield from exact
        yield from _noisy(month, row, copied[row], exact)
        yield from _repeated(month, row, counts[row])
        yield from _constant(month, row, counts[row])
        yield from _clipped(month, row, counts[row])
    yield from _twins(month, counts)


def _copies(month: Month, row: int, counts: Ints) -> Iterator[Finding]:
    window = month.times_in(WINDOW_H)
    earlier = repeats.earlier_of(counts, window)
    lag = np.where(earlier >= 0, np.arange(len(earlier)) - earlier, 0)
    # a pattern that comes again after minutes is told as such
    lag[lag < month.times_in(PATTERN_H)] = 0
    for first, last in _spans(lag):
        end = last + window
        if end - first >= month.times_in(COPY_H):
            yield Finding(
                row=row, kind=Kind.COPIED, first=first, last=end, earlier=int(earlier[first])
            )


def _noisy(month: Month, row: int, copied: Ints, exact: list[Finding]) -> Iterator[Finding]:
    days, stretches = copied.shape
    long = round(noisy_copies.DAY_S / month.step_s) // stretches
    day = copied.reshape(-1)
    lag = np.where(day >= 0, np.repeat(np.arange(days), stretches) - day, 0)
    for begin, end in _spans(lag):
        first, last = begin * long, (end + 1) * long - 1
        is_told = any(one.first <= last and first <= one.last for one in exact)
        if last - first + 1 >= month.times_in(COPY_H) and not is_told:
            earlier = first - int(lag[begin]) * long * stretches
            yield Finding(
                row=row, kind=Kind.COPIED_WITH_NOISE, first=first, last=last, earlier=earlier
            )


def _repeated(month: Month, row: int, counts: Ints) -> Iterator[Finding]:
    period, first, last = repeats.pattern_in(np.diff(counts), month.times_in(PATTERN_H))
    # the first turn equals nothing before it
    first -= period
    if period and last - first >= max(TURNS * period, month.times_in(COPY_H)):
        yield Finding(row=row, kind=Kind.REPEATED, first=first, last=last + 1)


def _constant(month: Month, row: int, counts: Ints) -> Iterator[Finding]:
    there = counts[counts > -(2**61)]
    if not len(there):
        return
    # empty, full, stopped: at an end of its range a value may stand
    first, last = lines.longest_run(counts, int(there.min()), int(there.max()))
    runs = lines.stands(counts)
    if last - first + 1 < month.times_in(CONSTANT_H) or len(runs) < USUAL_RUNS:
        return
    # how long it usually stands: the stretch in which half of all its time lies
    ordered = np.sort(runs)[:-1]
    usual = ordered[np.searchsorted(np.cumsum(ordered), ordered.sum() / 2)]
    if last - first + 1 >= USUAL_RUNS * usual:
        yield Finding(row=row, kind=Kind.CONSTANT, first=first, last=last)


def _clipped(month: Month, row: int, counts: Ints) -> Iterator[Finding]:
    limit = month.high[row]
    there = counts[counts > -(2**61)]
    if not np.isfinite(limit) or not len(there):
        return
    top = int(there.max())
    under = limit / month.resolution[row] - top
    tops, first, last = lines.flat_tops(counts, top, TOP_TIMES)
    usual = np.median(lines.stands(counts))
    if 0 < under <= NEAR_STEPS and tops >= TOPS and usual * 3 <= TOP_TIMES:
        yield Finding(row=row, kind=Kind.CLIPPED, first=first, last=last)


def _twins(month: Month, counts: Ints) -> Iterator[Finding]:
    window = month.times_in(TWIN_H)
    for unit in np.unique(month.unit):
        rows = np.flatnonzero(month.unit == unit)
        for at, row in enumerate(rows):
            for other in rows[:at]:
                finest = min(month.resolution[row], month.resolution[other])
                same = np.abs(month.values[row] - month.values[other]) < finest / 2
                for first, last in _spans(same.astype(np.int64)):
                    moves = np.count_nonzero(np.diff(counts[row, first : last + 1]))
                    if last - first + 1 >= window and moves >= repeats.LEAST_STEPS:
                        yield Finding(
                            row=int(row), kind=Kind.TWIN, first=first, last=last, other=int(other)
                        )


def _spans(marks: Ints) -> Iterator[tuple[int, int]]:
    """Yield first and last place of each stretch of one mark that is not 0."""
    edges = np.flatnonzero(np.diff(marks)) + 1
    starts, ends = np.r_[0, edges], np.r_[edges, len(marks)]
    for start, end in zip(starts, ends, strict=True):
        if end > start and marks[start]:
            yield int(start), int(end) - 1
