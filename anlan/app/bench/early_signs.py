"""Early signs beside plain limits: how soon each tells of a fault, how often it tells of none, and which tags it names.

Both are learned from the normal run alone and may be wrong equally often: a plain limit stands so many standard deviations
from a tag's mean that all tags together would pass theirs as often in a normal day, were they normal and independent.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from anlan.app.bench.early_signs_data import Run, Set, sets_in
from anlan.engines.early_signs.normal import DAY_S, Floats
from anlan.engines.early_signs.signs import begins, learn_unit, signs_in

FALSE_PER_DAY = 0.1
TOP = 3
METHODS = ("early_signs", "plain_limits")


@dataclass(frozen=True, slots=True)
class Found:
    """What one method says of one run. Times in minutes from the run's first row; None where there is none.

    `false_alarms_per_day` counts what began before the fault, or in a run without one at all.
    """

    method: str
    run: str
    onset: float | None
    detected_at: float | None
    delay_min: float | None
    false_alarms_per_day: float | None
    top_tags: list[str]


#: How a method looks at rows (n, p): at which of them a sign begins, and whom it blames (n, p).
Look = Callable[[Floats], tuple[NDArray[np.intp], Floats]]


def looked(folder: Path) -> list[Found]:
    """Return what both say of every run below the folder. Raises UnreadableRunError."""
    return [found for one in sets_in(folder) for found in _looked(one)]


def table(found: list[Found]) -> str:
    """Return the rows as a Markdown table, both methods of a run one below the other."""
    lines = [
        "| run | method | onset (min) | detected (min) | delay (min) | false alarms a day | tags named |",
        "|---|---|--:|--:|--:|--:|---|",
    ]
    for one in sorted(found, key=lambda one: (one.run, one.method)):
        figures = (one.onset, one.detected_at, one.delay_min, one.false_alarms_per_day)
        told = " | ".join("" if figure is None else f"{figure:.4g}" for figure in figures)
        lines.append(f"| {one.run} | {one.method} | {told} | {', '.join(one.top_tags)} |")
    return "\n".join(lines) + "\n"


def as_json(found: list[Found]) -> list[dict[str, object]]:
    """Return one object a run and method."""
    return [asdict(one) for one in found]


def _looked(one: Set) -> Iterator[Found]:
    unit = learn_unit(one.normal.rows, period_s=one.normal.period_s, false_per_day=FALSE_PER_DAY)

    def early(rows: Floats) -> tuple[NDArray[np.intp], Floats]:
        signs = signs_in(unit, rows)
        return begins(signs.is_sign), signs.blame

    for method, look in zip(METHODS, (early, _limits_of(one.normal)), strict=True):
        for run in one.runs:
            yield _found(method, run, *look(run.rows))


def _limits_of(normal: Run) -> Look:
    mean, spread = np.nanmean(normal.rows, axis=0), np.nanstd(normal.rows, axis=0)
    share = FALSE_PER_DAY * normal.period_s / DAY_S / len(normal.tags) / 2
    away = NormalDist().inv_cdf(1 - share) * spread
    moves = np.where(spread > 0, spread, 1.0)

    def plain(rows: Floats) -> tuple[NDArray[np.intp], Floats]:
        beyond = np.maximum(np.abs(rows - mean) - away, 0.0) / moves
        at = [begins(column > 0) for column in beyond.T]
        return np.unique(np.concatenate(at)), beyond

    return plain


def _found(method: str, run: Run, at: NDArray[np.intp], blame: Floats) -> Found:
    minute = run.period_s / 60
    quiet = len(run.rows) if run.onset is None else run.onset
    false = at[at < quiet]
    told = at[at >= quiet]
    first = int(told[0]) if len(told) else None
    return Found(
        method=method,
        run=run.name,
        onset=None if run.onset is None else run.onset * minute,
        detected_at=None if first is None else first * minute,
        delay_min=None if first is None or run.onset is None else (first - run.onset) * minute,
        false_alarms_per_day=len(false) * DAY_S / (quiet * run.period_s) if quiet else None,
        top_tags=[] if first is None else _most(run, blame[first]),
    )


def _most(run: Run, blame: Floats) -> list[str]:
    order = np.argsort(-blame, kind="stable")[:TOP]
    return [run.tags[n] for n in order if blame[n] > 0]
