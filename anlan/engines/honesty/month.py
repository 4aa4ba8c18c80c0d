"""The readings that are judged together: some weeks of many datastreams on one grid."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Kind(StrEnum):
    """What speaks against a curve."""

    COPIED = "copied"  # an earlier curve once more, exactly or with a shift
    COPIED_WITH_NOISE = (
        "copied_with_noise"  # the same hours of an earlier day, with something added
    )
    REPEATED = "repeated"  # one short pattern again and again: a sawtooth
    CONSTANT = "constant"  # stands still for hours, which it never does
    CLIPPED = "clipped"  # stops just under its limit, again and again
    TWIN = "twin"  # equals another tag of its unit, which it should not


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """n datastreams on a grid of m times, `step_s` apart.

    `values` (n, m) in their own units, NaN where none is; `resolution` (n,) the instrument's; `high` (n,) the upper limit, NaN
    without one; `unit` (n,) a number of the unit, tags of one may be twins.
    """

    values: Floats
    step_s: float
    resolution: Floats
    high: Floats
    unit: Ints

    def __post_init__(self) -> None:
        n = len(self.values)
        if self.values.ndim != 2 or any(
            one.shape != (n,) for one in (self.resolution, self.high, self.unit)
        ):
            raise ValueError(
                "values are datastreams by times; resolution, high and unit have one of each datastream"
            )
        if not (self.resolution > 0).all():
            raise ValueError("a resolution is above 0")

    @property
    def counts(self) -> Ints:
        """Return the values in steps of their resolution (n, m); -2^62 where there is none."""
        there = np.isfinite(self.values)
        steps = np.rint(np.where(there, self.values, 0.0) / self.resolution[:, None])
        return np.where(there, steps, -(2.0**62)).astype(np.int64)

    def times_in(self, hours: float) -> int:
        """Return how many times of the grid so many hours are."""
        return max(1, round(hours * 3600 / self.step_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Datastream `row` from time `first` to `last` of the grid (both in it).

    `earlier` is the time whose curve it repeats, `other` the row that it equals; None where the kind has none.
    """

    row: int
    kind: Kind
    first: int
    last: int
    earlier: int | None = None
    other: int | None = None
