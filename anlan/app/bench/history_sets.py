"""How small files are beside how small they could be, for each kind of data.

The bound is what no code without memory can go below: the entropy of the steps of time and of value
from one reading to the next. Of few different steps it is counted; where nearly every step is
another (readings with eight decimals), counting would say log2(n), so the density is estimated
(Vasicek, J. R. Stat. Soc. B 38, 1976: spacings of order statistics) at the grain of the values.
Recorded series are read in place from `ANLAN_SHARED` and left out where that is not.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.rows import Rows
from anlan.adapters.parquet_history.schema import About, encode
from anlan.app.bench.history_load import FIRST_DAY, KINDS, Load, rows_of
from anlan.kernel.sensing.ports import DAY
from anlan.kernel.sensing.resolutions import Resolutions

#: Above this share of different steps counting says nothing.
MANY = 0.3
MOST_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes a reading of one kind of data: as kept, and the bound."""

    name: str
    kept: float
    bound: float
    readings: int


def bound_of(load: Load) -> float:
    """Return the bound of a day of a load in bytes a reading, over its kinds."""
    _, values = load.day(0)
    bits = [_bits(load, values, place) for place in range(len(KINDS))]
    weights = [len(range(place, load.datastreams, len(KINDS))) for place in range(len(KINDS))]
    return float(np.average(bits, weights=weights)) / 8


def sizes(load: Load, node: str, epoch: str) -> Iterator[Size]:
    """Measure the invented kinds, then the recorded sets that are there."""
    about = About(node=node, epoch=epoch, first=1, last=1, level=DAY)
    times, values = load.day(0)
    for place, (name, step, _) in enumerate(KINDS):
        some = slice(place, None, len(KINDS))
        numbers = np.arange(load.datastreams, dtype=np.int32)[some]
        rows = rows_of(numbers, times[some], values[some], 1)
        content = encode(
            iter([rows]), about, Resolutions(numbers, np.full(len(numbers), step))
        ).content
        yield Size(name, len(content) / len(rows), _bits(load, values, place) / 8, len(rows))
    for name, series in _recorded():
        together = Rows.together([_rows(i, *one) for i, one in enumerate(series)])
        content = encode(iter([together]), about, Resolutions()).content
        readings = sum(len(times) for times, _ in series)
        bits = sum(
            len(said) * (_step_bits(said[None]) + entropy_bits(np.diff(at))) for at, said in series
        )
        yield Size(name, len(content) / readings, bits / 8 / readings, readings)


def entropy_bits(symbols: NDArray[np.float64] | NDArray[np.int64]) -> float:
    """Return the bits a symbol that no code without memory can go below."""
    _, counts = np.unique(symbols, return_counts=True)
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum())


def _bits(load: Load, values: NDArray[np.float64], place: int) -> float:
    """Return the bound of one kind in bits a reading: the jitter of its times, its steps."""
    some = slice(place, None, len(KINDS))
    return entropy_bits(load.jitter[some].ravel()) + _step_bits(values[some])


def _step_bits(values: NDArray[np.float64]) -> float:
    """Return the bits of a step of value; a row a datastream."""
    decimals = _decimals(values)
    steps = np.rint(np.diff(values, axis=1) * 10.0**decimals).ravel()
    if len(np.unique(steps)) <= MANY * len(steps):
        return entropy_bits(steps)
    return _spacing_bits(steps)


def _spacing_bits(steps: NDArray[np.float64]) -> float:
    """Estimate the differential entropy of whole steps, in bits (Vasicek 1976)."""
    ordered = np.sort(steps)
    count = len(ordered)
    reach = max(1, round(np.sqrt(count)))
    place = np.arange(count)
    upper = ordered[np.minimum(place + reach, count - 1)]
    lower = ordered[np.maximum(place - reach, 0)]
    # a spacing of nothing is a step that comes again: at least the grain
    return float(np.log2(count / (2 * reach) * np.maximum(upper - lower, 1.0)).mean())


def _decimals(values: NDArray[np.float64]) -> int:
    for decimals in range(MOST_DECIMALS):
        ten = 10.0**decimals
        if (np.rint(values * ten) / ten == values).all():
            return decimals
    return MOST_DECIMALS


Series = tuple[NDArray[np.int64], NDArray[np.float64]]


def _rows(number: int, times: NDArray[np.int64], values: NDArray[np.float64]) -> Rows:
    return rows_of(np.array([number], np.int32), times[None], values[None], 1)


def _recorded() -> Iterator[tuple[str, list[Series]]]:
    folder = Path(os.environ.get("ANLAN_SHARED", "shared")) / "data" / "sensors"
    tep = sorted((folder / "tep").glob("d0[0-9]_te.dat"))
    if tep:
        tables = [np.loadtxt(file).T for file in tep]
        yield "tep", [_every(180_000, column) for table in tables for column in table]
    skab = sorted((folder / "skab" / "anomaly-free").glob("*.csv"))
    if skab:
        yield "skab", [one for file in skab for one in _columns(file, ";", 8)]
    nab = sorted((folder / "nab").glob("*.csv"))
    if nab:
        yield "nab", [one for file in nab for one in _columns(file, ",", 1)]


def _every(step_ms: int, values: NDArray[np.float64]) -> Series:
    return FIRST_DAY + step_ms * np.arange(len(values), dtype=np.int64), values


def _columns(file: Path, comma: str, count: int) -> list[Series]:
    """Read a time and some columns; a time that comes again is left out."""
    lines = [line.split(comma) for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    times = np.array([line[0] for line in lines], "datetime64[ms]").astype(np.int64)
    times, first = np.unique(times, return_index=True)
    values = np.array([line[1 : 1 + count] for line in lines], float)[first]
    return [(times, values[:, place]) for place in range(count)]
