"""Readings hour by hour: what a long span is drawn from without reading them one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.rows import Rows
from anlan.adapters.parquet_history.scaling import scales_of
from anlan.kernel.sensing.batch import BAD
from anlan.kernel.sensing.resolutions import Resolutions

HOUR_MS = 3_600_000
FIGURES = ("minimum", "maximum", "total", "first", "last")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hours:
    """Figures of datastreams in hours since the epoch, UTC; hours without a reading have no row.

    Figures are over good readings with finite values, NaN where there is none; `refused` counts
    the others. `total` is the sum, `first` and `last` the values by reading time.
    """

    numbers: NDArray[np.int32]
    hours: NDArray[np.int32]
    count: NDArray[np.int32]
    refused: NDArray[np.int32]
    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    total: NDArray[np.float64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.hours)

    def take(self, index: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Self:
        """Return the chosen rows, in the order of the index."""
        return type(self)(**{name: getattr(self, name)[index] for name in COLUMNS})

    @classmethod
    def together(cls, parts: Sequence["Hours"]) -> Self:
        """Return the parts as one, in their order."""
        return cls(
            **{
                name: np.concatenate([getattr(part, name) for part in parts])
                if parts
                else np.empty(0, kind)
                for name, kind in TYPES.items()
            }
        )


COLUMNS = tuple(field.name for field in fields(Hours))
TYPES = dict(zip(COLUMNS, map(np.dtype, ["i4"] * 4 + ["f8"] * 5), strict=True))


def is_good(rows: Rows) -> NDArray[np.bool_]:
    """Tell which readings a figure may be made of."""
    good: NDArray[np.bool_] = (rows.quality != BAD) & np.isfinite(rows.values)
    return good


def new_hours(rows: Rows) -> NDArray[np.bool_]:
    """Tell for rows sorted by identity where another datastream or hour begins."""
    hours = rows.times_ms // HOUR_MS
    new = np.ones(len(rows), bool)
    new[1:] = (np.diff(rows.numbers) != 0) | (np.diff(hours) != 0)
    return new


def hours_of(rows: Rows, resolutions: Resolutions | None = None) -> Hours:
    """Sum up rows sorted by identity, one a identity.

    Where every value is a multiple of the declared step, so is `total`: free of rounding.
    """
    if not len(rows):
        return Hours.together([])
    starts = np.flatnonzero(new_hours(rows))
    good = is_good(rows)
    place = np.arange(len(rows))
    count = np.add.reduceat(good.astype(np.int32), starts)
    empty = count == 0
    # an hour without a good reading takes any row's value, and forgets it below
    first = np.where(empty, starts, np.minimum.reduceat(np.where(good, place, len(rows)), starts))
    last = np.where(empty, starts, np.maximum.reduceat(np.where(good, place, -1), starts))
    values = rows.values
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.add.reduceat(np.where(good, values, 0.0), starts)
    found = {
        "minimum": np.minimum.reduceat(np.where(good, values, np.inf), starts),
        "maximum": np.maximum.reduceat(np.where(good, values, -np.inf), starts),
        "total": total,
        "first": values[first],
        "last": values[last],
    }
    made = Hours(
        numbers=rows.numbers[starts],
        hours=(rows.times_ms[starts] // HOUR_MS).astype(np.int32),
        count=count.astype(np.int32),
        refused=(np.diff(np.append(starts, len(rows))) - count).astype(np.int32),
        **{name: np.where(empty, np.nan, figure) for name, figure in found.items()},
    )
    return replace(made, total=_on_step(made, resolutions)) if resolutions else made


def _on_step(hours: Hours, resolutions: Resolutions) -> NDArray[np.float64]:
    """Return totals with the rounding of adding taken back, where a step is declared.

    Adding n doubles errs by at most n units in the last place, far less than half a step.
    """
    scale = scales_of(hours.numbers, resolutions)
    with np.errstate(over="ignore", invalid="ignore"):
        stepped = np.rint(hours.total * scale) / scale
        near = np.abs(stepped - hours.total) <= np.abs(hours.total) * 1e-12
    return np.where(near, stepped, hours.total)
