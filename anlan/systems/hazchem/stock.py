"""What a holding holds now: a filed figure, or a level over the geometry and density of its tank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from anlan.engines.major_hazards.tanks import (
    Geometry,
    Shape,
    Strapping,
    mass_t,
    strapped_m3,
    volume_m3,
)
from anlan.kernel.base.errors import InvalidError

SHAPES: Final = {
    "vertical": Shape.VERTICAL,
    "horizontal": Shape.HORIZONTAL,
    "sphere": Shape.SPHERE,
}
#: Metres of one of the unit that a level is told in; a percentage is of the tank's height.
METRES: Final = {"m": 1.0, "cm": 0.01, "mm": 0.001}
PERCENT: Final = "%"
#: A level that nobody has heard of for so long says nothing about the stock.
STALE_MS: Final = 3_600_000
_ONE: Final = np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True)
class Tank:
    """One tank: a shape by its sizes (m), or a strapping table of rows (level m, volume m3)."""

    shape: str
    radius_m: float = 0.0
    length_m: float = 0.0
    head_m: float = 0.0
    strapping: Sequence[tuple[float, float]] = ()

    @property
    def height_m(self) -> float:
        """Return the level at which it is full."""
        if self.strapping:
            return float(self.strapping[-1][0])
        return float(self._geometry().height_m()[0])

    def volume_m3(self, level_m: float) -> float:
        """Return what it holds at a level."""
        level = np.array([level_m])
        if self.strapping:
            return float(strapped_m3(self._table(), _ONE, level)[0])
        return float(volume_m3(self._geometry(), level)[0])

    def check(self) -> "Tank":
        """Return itself. Raises InvalidError for what no tank is like."""
        try:
            if self.strapping:
                self._table()
            else:
                self._geometry()
        except (ValueError, KeyError) as error:
            raise InvalidError(
                f"储罐尺寸或容积表有误：{error}", code="hazchem.bad_tank", field="tank"
            ) from error
        return self

    def _geometry(self) -> Geometry:
        column = np.array
        return Geometry(
            column([SHAPES[self.shape].value]),
            column([self.radius_m]),
            column([self.length_m]),
            column([self.head_m]),
        )

    def _table(self) -> Strapping:
        rows = np.array(self.strapping, np.float64).reshape(-1, 2)
        return Strapping(np.zeros(len(rows), np.int64), rows[:, 0], rows[:, 1])


def tank_of(said: Mapping[str, Any]) -> Tank:
    """Return the tank that a holding's column describes."""
    rows = tuple((float(level), float(volume)) for level, volume in said.get("strapping") or ())
    sizes = {key: float(said.get(key) or 0.0) for key in ("radius_m", "length_m", "head_m")}
    return Tank(str(said.get("shape", "")), strapping=rows, **sizes)


def level_in_m(level: float, unit: str, tank: Tank) -> float:
    """Return a level in metres; `unit` is m, cm, mm, or % of the tank's height."""
    return level / 100 * tank.height_m if unit == PERCENT else level * METRES[unit]


def stock_t(tank: Tank, level: float, unit: str, density_kg_m3: float) -> float:
    """Return the tonnes in a tank at a level of its instrument."""
    volume = np.array([tank.volume_m3(level_in_m(level, unit, tank))])
    return float(mass_t(volume, np.array([density_kg_m3]))[0])
