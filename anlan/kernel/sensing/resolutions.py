"""The declared steps of values: of a million datastreams twelve megabytes, looked up without a loop."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Resolutions:
    """Datastream numbers, ascending, and the step of each in the unit of its values."""

    numbers: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    steps: NDArray[np.float64] = field(default_factory=lambda: np.empty(0, np.float64))

    @classmethod
    def of_pairs(cls, pairs: Iterable[tuple[int, float]]) -> Self:
        """Return them from (number, step), each number once, in any order."""
        rows = np.fromiter(pairs, [("number", np.int32), ("step", np.float64)])
        rows.sort(order="number")
        return cls(rows["number"].copy(), rows["step"].copy())

    @classmethod
    def of(cls, steps: Mapping[int, float]) -> Self:
        """Return them from a step for each number."""
        return cls.of_pairs(steps.items())

    def __len__(self) -> int:
        return len(self.numbers)

    def steps_of(self, numbers: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the step of each number, 0 where none is declared."""
        if not len(self):
            return np.zeros(len(numbers))
        place = np.minimum(np.searchsorted(self.numbers, numbers), len(self) - 1)
        return np.where(self.numbers[place] == numbers, self.steps[place], 0.0)
