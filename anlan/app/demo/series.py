"""Series at hand: simulated ones under `var/demo/series`, recorded ones read in place."""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: Runs of normal operation; limits by spread are taken from all of a source's.
NORMAL = {
    "tep": ("normal-1", "normal-2", "normal-3"),
    "skab": ("skab-normal",),
    "nab": ("nab-machine",),
    "weather": ("weather",),
}

_SKAB = {
    "skab-normal": "skab/anomaly-free/anomaly-free.csv",
    "skab-valve": "skab/valve1/0.csv",
    "skab-other": "skab/other/1.csv",
}
_NAB_MACHINE = "nab/machine_temperature_system_failure.csv"
_NAB_AMBIENT = "nab/ambient_temperature_system_failure.csv"
#: Rows of the 5-minute machine series to one row of the hourly ambient series.
_ROWS_AN_HOUR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One run: columns of equal length."""

    name: str
    columns: dict[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


def read_all(folder: Path, shared: Path | None = None) -> dict[str, Series]:
    """Return every run that is at hand, by name."""
    found = [_read_table(file, comment=True) for file in sorted(folder.glob("*.csv"))]
    found += _recorded(shared or shared_folder())
    return {series.name: series for series in found}


def shared_folder() -> Path:
    """Return where the shared recorded data may be: `ANLAN_SHARED`, else beside the checkout."""
    given = os.environ.get("ANLAN_SHARED")
    return Path(given) if given else Path(__file__).parents[4] / "shared"


def _recorded(shared: Path) -> Iterator[Series]:
    """Read the recorded runs that are there; they are never copied."""
    sensors = shared / "data" / "sensors"
    for name, path in _SKAB.items():
        if (file := sensors / path).is_file():
            yield _read_table(file, delimiter=";", name=name)
    machine, ambient = sensors / _NAB_MACHINE, sensors / _NAB_AMBIENT
    if machine.is_file() and ambient.is_file():
        values = _read_table(machine).columns["value"]
        room = np.repeat(_read_table(ambient).columns["value"], _ROWS_AN_HOUR)
        yield Series(
            name="nab-machine",
            columns={"machine_temperature": values, "ambient_temperature": room[: len(values)]},
        )


def _read_table(
    file: Path, *, delimiter: str = ",", comment: bool = False, name: str | None = None
) -> Series:
    """Read a CSV of numbers; a first column of dates is left out."""
    with file.open(encoding="utf-8") as lines:
        if comment:
            next(lines)
        names = next(csv.reader([next(lines)], delimiter=delimiter))
        first = 0 if names[0] == "t_s" else 1
        table = np.loadtxt(lines, delimiter=delimiter, usecols=range(first, len(names)), ndmin=2)
    return Series(
        name=name or file.stem,
        columns={column: table[:, at] for at, column in enumerate(names[first:])},
    )
