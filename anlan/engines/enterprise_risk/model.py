"""What a risk model says: which factors count how much, and what lifts a firm by itself. Data, with a version.

The ministry's own numbers are not public: a model is its bureau's, is named as such, and stands with its version on every
level that it made.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np


class RiskLevel(IntEnum):
    """The four colours, the gravest the largest, as sums and maxima want it."""

    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One input: `at` its values in ascending order, `points` (0..100) of each; straight lines between them.

    Below the first and beyond the last the points stay. `weight` is its share beside the other factors.
    """

    code: str
    weight: float
    at: tuple[float, ...]
    points: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """What lifts a firm to a level whatever its score: an input that reaches `least`."""

    code: str
    least: float
    level: RiskLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """`bounds` are the scores (0..100) from which a firm is yellow, orange, red; `margin` what it must fall below one to be milder."""

    name: str
    version: int
    factors: tuple[Factor, ...]
    lifts: tuple[Lift, ...]
    bounds: tuple[float, float, float]
    margin: float

    def check(self) -> None:
        """Raise ValueError, which names what cannot be."""
        codes = [one.code for one in self.factors]
        if not codes or len(codes) != len(set(codes)):
            raise ValueError("a model has factors, each of them once")
        for one in self.factors:
            _check(one)
        for lift in self.lifts:
            if not np.isfinite(lift.least):
                raise ValueError(f"{lift.code}: {lift.least} lifts nobody or everybody")
        yellow, orange, red = self.bounds
        if not 0 < yellow < orange < red <= 100 or not 0 <= self.margin < yellow:
            raise ValueError(
                f"bounds {self.bounds} ascend within 0 and 100, the margin stays below the first"
            )

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return every input that is asked for, once, factors first."""
        return tuple(
            dict.fromkeys([one.code for one in self.factors] + [one.code for one in self.lifts])
        )


def _check(one: Factor) -> None:
    if not np.isfinite(one.weight) or one.weight <= 0:
        raise ValueError(f"{one.code}: a weight is above 0")
    if len(one.at) != len(one.points) or not one.at:
        raise ValueError(f"{one.code}: each value has its points")
    if any(late <= early for early, late in zip(one.at, one.at[1:], strict=False)):
        raise ValueError(f"{one.code}: values ascend")
    if not all(0 <= points <= 100 for points in one.points):
        raise ValueError(f"{one.code}: points are 0 to 100")
