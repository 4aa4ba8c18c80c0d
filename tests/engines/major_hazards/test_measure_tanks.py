"""Tanks by their level: formulas against slices summed one by one, tables against reading them by hand."""

from collections.abc import Callable
from math import isnan, nan, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.major_hazards.tanks import (
    Floats,
    Geometry,
    Shape,
    Strapping,
    mass_t,
    strapped_m3,
    volume_m3,
)

RADII = st.floats(0.3, 40)
LENGTHS = st.floats(0.5, 60)
SHARES = st.floats(0, 1)
SLICES = 4_000


def tank(shape: Shape, radius: float, length: float = 0.0, head: float = 0.0) -> Geometry:
    return Geometry(np.array([shape]), np.array([radius]), np.array([length]), np.array([head]))


def holds(one: Geometry, level: float) -> float:
    return float(volume_m3(one, np.array([level]))[0])


def summed(level: float, area: Callable[[Floats], Floats]) -> float:
    """Sum slices of an area by height (midpoints)."""
    heights = (np.arange(SLICES) + 0.5) * level / SLICES
    return float(np.sum(area(heights)) * level / SLICES)


@given(RADII, SHARES)
def test_a_sphere(radius: float, share: float) -> None:
    level = share * 2 * radius
    by_slices = summed(level, lambda h: pi * (2 * radius * h - h**2))
    assert holds(tank(Shape.SPHERE, radius), level) == pytest.approx(by_slices, rel=1e-6, abs=1e-6)


@given(RADII, LENGTHS, st.floats(0, 1), SHARES)
def test_a_lying_cylinder_with_two_heads(
    radius: float, length: float, depth: float, share: float
) -> None:
    level, head = share * 2 * radius, depth * radius

    def area(h: Floats) -> Floats:
        half = np.sqrt(2 * radius * h - h**2)  # half the width of the surface
        # the heads' surface is an ellipse as wide as the cylinder's, as deep as they are there
        return 2 * half * length + pi * half * (head / radius * half)

    assert holds(tank(Shape.HORIZONTAL, radius, length, head), level) == pytest.approx(
        summed(level, area), rel=2e-5, abs=1e-6
    )


@given(RADII, LENGTHS, SHARES)
def test_a_standing_cylinder(radius: float, length: float, share: float) -> None:
    assert holds(tank(Shape.VERTICAL, radius, length), share * length) == pytest.approx(
        pi * radius**2 * share * length
    )


def test_full_and_half_and_a_head_like_a_hemisphere() -> None:
    assert holds(tank(Shape.SPHERE, 6.0), 12.0) == pytest.approx(4 / 3 * pi * 216)
    assert holds(tank(Shape.SPHERE, 6.0), 6.0) == pytest.approx(2 / 3 * pi * 216)
    lying = tank(Shape.HORIZONTAL, 1.5, 10.0, 1.5)
    assert holds(lying, 3.0) == pytest.approx(pi * 2.25 * 10 + 4 / 3 * pi * 1.5**3)
    assert holds(lying, 1.5) == pytest.approx(holds(lying, 3.0) / 2)


def test_many_kinds_at_once_are_what_each_is_alone() -> None:
    alone = [
        tank(Shape.VERTICAL, 2.0, 30.0),
        tank(Shape.HORIZONTAL, 1.0, 6.0, 0.5),
        tank(Shape.SPHERE, 7.0),
    ]
    columns = zip(
        *((one.shape, one.radius_m, one.length_m, one.head_m) for one in alone), strict=True
    )
    together = Geometry(*(np.concatenate(one) for one in columns))
    levels = np.array([20.0, 1.2, 3.0])
    assert volume_m3(together, levels).tolist() == [
        holds(one, level) for one, level in zip(alone, levels, strict=True)
    ]
    assert together.height_m().tolist() == [30.0, 2.0, 14.0]


@pytest.mark.parametrize("shape", list(Shape))
def test_an_instrument_that_strays_makes_no_stock_and_silence_makes_none_up(shape: Shape) -> None:
    one = tank(shape, 2.0, 5.0, 1.0)
    top = float(one.height_m()[0])
    assert holds(one, -0.3) == 0
    assert holds(one, top + 1) == pytest.approx(holds(one, top))
    assert isnan(holds(one, nan))


@pytest.mark.parametrize(
    ("shape", "radius", "length", "head"),
    [(Shape.SPHERE, 0.0, 0, 0), (Shape.VERTICAL, 1.0, 0.0, 0), (Shape.HORIZONTAL, 1.0, 2.0, -0.1)],
)
def test_what_no_tank_is_like_is_refused(
    shape: Shape, radius: float, length: float, head: float
) -> None:
    with pytest.raises(ValueError, match=r"radius|length"):
        tank(shape, radius, length, head)


TABLES = Strapping(
    tank=np.array([0, 0, 0, 1, 1]),
    level_m=np.array([0.0, 1.0, 2.0, 0.5, 12.0]),
    volume_m3=np.array([3.0, 10.0, 30.0, 0.0, 1150.0]),
)


def test_a_measured_tank_is_read_from_its_own_table() -> None:
    asked = [(0, 0.5, 6.5), (0, 1.5, 20.0), (1, 1.5, 100.0), (0, 9.0, 30.0), (1, 0.1, 0.0), (0, -1.0, 3.0)]  # fmt: skip
    number, level, volume = (np.array(one) for one in zip(*asked, strict=True))
    assert strapped_m3(TABLES, number, level) == pytest.approx(volume)
    assert isnan(strapped_m3(TABLES, np.array([1]), np.array([nan]))[0])


@given(
    st.lists(st.lists(st.floats(0.01, 5), min_size=2, max_size=6), min_size=1, max_size=5),
    st.data(),
)
def test_tables_behind_each_other_are_what_each_is_alone(
    steps: list[list[float]], data: st.DataObject
) -> None:
    levels = [np.cumsum(one) for one in steps]
    volumes = [np.cumsum(np.sqrt(one)) for one in levels]
    tables = Strapping(
        np.repeat(np.arange(len(levels)), [len(one) for one in levels]),
        np.concatenate(levels),
        np.concatenate(volumes),
    )
    number = data.draw(st.integers(0, len(levels) - 1))
    level = data.draw(st.floats(-1, 40))
    found = strapped_m3(tables, np.array([number]), np.array([level]))[0]
    assert found == pytest.approx(np.interp(level, levels[number], volumes[number]))


@pytest.mark.parametrize(
    ("number", "level", "volume"),
    [
        ([0, 1, 0, 1], [0, 0, 1, 1], [0, 0, 1, 1]),
        ([0, 0, 1], [0, 1, 0], [0, 1, 0]),
        ([0, 0], [1, 1], [0, 1]),
        ([0, 0], [0, 1], [1, 0]),
        ([1, 1], [0, 1], [0, 1]),
        ([0, 0], [0, 10], [-0.5, 100]),
        ([0, 0], [-0.1, 1], [0, 1]),
    ],
)
def test_a_table_that_names_no_one_volume_is_refused(
    number: list[int], level: list[float], volume: list[float]
) -> None:
    with pytest.raises(ValueError, match="table"):
        Strapping(np.array(number), np.array(level, float), np.array(volume, float))


def test_mass() -> None:
    assert mass_t(np.array([100.0, nan]), np.array([609.0, 609.0]))[0] == pytest.approx(60.9)
    with pytest.raises(ValueError, match="density"):
        mass_t(np.array([1.0]), np.array([0.0]))


def test_a_sphere_of_ammonia_over_its_permit() -> None:
    """2,000 m3 of ammonia at 20 degrees C, nine tenths full."""
    radius = (2000 * 3 / (4 * pi)) ** (1 / 3)
    one = tank(Shape.SPHERE, radius)
    low, high = 0.0, 2 * radius
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(one, middle) < 1800 else (low, middle)
    stock = mass_t(volume_m3(one, np.array([low])), np.array([610.0]))
    assert stock[0] == pytest.approx(1098.0)
