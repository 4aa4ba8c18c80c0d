"""Months of invented plants: honest curves of many characters, and the cheats that inspectors find, put into some of them."""

from dataclasses import dataclass, replace

import numpy as np

from anlan.engines.honesty.month import Floats, Kind, Month

STEP_S = 60.0
PER_DAY = 1_440
#: Tags of one firm, of each character.
CHARACTERS = (
    "pressure",
    "coarse_temperature",
    "flow",
    "batch_level",
    "still_level",
    "gas",
    "valve",
    "daily",
    "full",
)
PER_CHARACTER = 3
_NO_LIMIT = np.nan


@dataclass(frozen=True, slots=True)
class Cheat:
    """What was put into which row, from which time to which."""

    kind: Kind
    row: int
    first: int
    last: int


def honest(days: int, dice: np.random.Generator) -> Month:
    """Return the month of one firm: `len(CHARACTERS) * PER_CHARACTER` tags in three units."""
    length = days * PER_DAY
    rows, resolution, high = [], [], []
    stop = _stop(length, dice)
    for character in CHARACTERS:
        for _tag in range(PER_CHARACTER):
            values, step, limit = _curve(character, length, dice, stop)
            rows.append(np.rint(values / step) * step)
            resolution.append(step)
            high.append(limit)
    values = np.array(rows)
    for _gap in range(3):  # a gateway was away
        first = int(dice.integers(0, length - 90))
        values[:, first : first + int(dice.integers(5, 90))] = np.nan
    return Month(
        values=values,
        step_s=STEP_S,
        resolution=np.array(resolution),
        high=np.array(high),
        unit=np.tile(np.arange(PER_CHARACTER), len(CHARACTERS)),
    )


def cheat(month: Month, kind: Kind, dice: np.random.Generator) -> tuple[Month, Cheat]:
    """Return the month with one cheat in it, and which."""
    values = month.values.copy()
    # a gas detector at nought or a shut valve needs no cheat
    row = int(dice.integers(0, 3 * PER_CHARACTER))
    day = int(dice.integers(8, values.shape[1] // PER_DAY - 2))
    first = day * PER_DAY + int(dice.integers(0, PER_DAY // 2))
    long = int(dice.integers(8 * 60, 24 * 60))
    span = slice(first, first + long)
    step = month.resolution[row]
    made = values[row]
    match kind:
        case Kind.COPIED:
            lag = int(dice.integers(PER_DAY // 3, 7 * PER_DAY))
            made[span] = made[first - lag : first - lag + long] + step * dice.integers(-3, 4)
        case Kind.COPIED_WITH_NOISE:
            lag = int(dice.integers(1, 8)) * PER_DAY
            part = made[first - lag : first - lag + long]
            fast = np.nanstd(np.diff(part))
            made[span] = np.rint((part + 0.3 * fast * dice.normal(size=long)) / step) * step
        case Kind.REPEATED:
            pattern = np.linspace(0, 40 * step, int(dice.integers(10, 90)))
            turns = np.resize(np.rint(pattern / step) * step, long)
            made[span] = made[first - 1] + turns
        case Kind.CONSTANT:
            made[span] = made[first - 1]
        case Kind.CLIPPED:
            limit = np.nanquantile(made, 0.97)
            limit = np.rint(limit / step) * step
            made[made >= limit] = limit - step
            high = month.high.copy()
            high[row] = limit
            month = replace(month, high=high)
            span = slice(0, len(made))
        case Kind.TWIN:
            other = row + PER_CHARACTER if row < 2 * PER_CHARACTER else row - PER_CHARACTER
            span = slice(first, first + 30 * 60)
            made[span] = values[other, span]
    values[row] = made
    return replace(month, values=values), Cheat(kind, row, span.start, span.stop - 1)


def _stop(length: int, dice: np.random.Generator) -> slice:
    """Return when the plant stood still: two days of every second firm."""
    first = int(dice.integers(0, length - 2 * PER_DAY))
    return slice(first, first + 2 * PER_DAY * int(dice.integers(0, 2)))


def _wander(length: int, dice: np.random.Generator, hours: float, size: float) -> Floats:
    """Return a mean-reverting walk with a memory of so many hours."""
    keep = np.exp(-1 / (hours * 60))
    kicks = dice.normal(size=length) * size * np.sqrt(1 - keep**2)
    made = np.empty(length)
    at = 0.0
    for n, kick in enumerate(kicks):  # a bench's own data, made once
        at = keep * at + kick
        made[n] = at
    return made


def _curve(
    character: str, length: int, dice: np.random.Generator, stop: slice
) -> tuple[Floats, float, float]:
    """Return values, the instrument's resolution, and the upper limit."""
    noise = dice.normal(size=length)
    hour = np.arange(length) / 60
    step, limit = 0.1, _NO_LIMIT
    match character:
        case "pressure":
            step, limit = 0.001, 1.6
            made = 1.2 + _wander(length, dice, 6, 0.04) + 0.004 * noise
            made[stop] = 0.1 + 0.001 * noise[stop]
        case "coarse_temperature":
            limit = 95.0
            made = 80 + _wander(length, dice, 12, 3) + 0.2 * noise
        case "flow":
            # set points that people change, and a loop that holds them
            at = np.repeat(dice.uniform(20, 60, size=length // 480 + 1), 480)[:length]
            made = at + 0.6 * noise
            made[stop] = 0.0
        case "batch_level":
            limit = 85.0
            period = dice.uniform(180, 400)
            phase = np.cumsum(1 + 0.15 * dice.normal(size=length)) / period % 1
            made = 20 + 60 * np.minimum(phase / 0.8, (1 - phase) / 0.2) + 0.1 * noise
        case "still_level":
            limit = 85.0
            made = 55 + _wander(length, dice, 90, 6) + 0.02 * noise
        case "gas":
            step, limit = 1.0, 25.0
            rare = dice.random(length) < 0.01
            made = np.where(rare, dice.integers(0, 3, length), 0).astype(float)
        case "valve":
            step = 1.0
            made = np.where(np.sin(hour / dice.uniform(2, 9)) > 0, 100.0, 0.0)
        case "daily":
            day = 8 * np.sin(hour / 24 * 2 * np.pi) + _wander(length, dice, 30, 2)
            made = 20 + day + 0.05 * noise
        case _:  # runs at its limit of 100 %: full for hours, by nature
            made = np.minimum(100.0, 98 + _wander(length, dice, 8, 3) + 0.1 * noise)
    return made, step, limit
