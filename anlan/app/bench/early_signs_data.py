"""Runs of the Tennessee Eastman process and of SKAB as their publishers give them out, read from any folder."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anlan.engines.early_signs.normal import Floats

#: 41 measurements, 12 valves less the one that never moves, each 3 min (Downs and Vogel 1993; files of Braatz).
TEP_TAGS = tuple([f"XMEAS({n})" for n in range(1, 42)] + [f"XMV({n})" for n in range(1, 12)])
TEP_PERIOD_S = 180.0
#: A testing file's fault begins after 8 h; a training file's has begun before its first row.
TEP_ONSET_ROW = 160
_TEP = re.compile(r"d(\d\d)(_te)?\.dat")
_LABELS = ("datetime", "anomaly", "changepoint")
NORMAL = "anomaly-free"


class UnreadableRunError(ValueError):
    """A file that is neither kind of run; says which and why."""


@dataclass(frozen=True, slots=True)
class Run:
    """Rows (n, p) of `tags` (p), `period_s` apart; the fault begins at row `onset`, None without one."""

    name: str
    tags: tuple[str, ...]
    rows: Floats
    period_s: float
    onset: int | None


@dataclass(frozen=True, slots=True)
class Set:
    """The runs of one plant, and the one of them that it is learned from."""

    name: str
    normal: Run
    runs: tuple[Run, ...]


def sets_in(folder: Path) -> Iterator[Set]:
    """Yield the sets below a folder. Raises UnreadableRunError; a set without its normal run is one."""
    tep = sorted(one for one in folder.rglob("d*.dat") if _TEP.fullmatch(one.name))
    skab = sorted(one for one in folder.rglob("*.csv") if _is_skab(one))
    if not tep and not skab:
        raise UnreadableRunError(f"{folder}: neither d*.dat (TEP) nor *.csv of SKAB")
    if tep:
        normal = _one([path for path in tep if path.name == "d00.dat"], folder, "d00.dat")
        others = [path for path in tep if path != normal]
        yield Set("tep", _tep(normal), tuple(_tep(path) for path in others))
    if skab:
        normal = _one(
            [path for path in skab if NORMAL in path.parts or path.stem == NORMAL], folder, NORMAL
        )
        others = [path for path in skab if path != normal]
        yield Set("skab", _skab(normal), tuple(_skab(path) for path in others))


def _one(found: list[Path], folder: Path, what: str) -> Path:
    if len(found) != 1:
        raise UnreadableRunError(
            f"{folder}: one normal run {what} is needed, {len(found)} are there"
        )
    return found[0]


def _tep(path: Path) -> Run:
    named = _TEP.fullmatch(path.name)
    try:
        rows = np.loadtxt(path, ndmin=2)
    except ValueError as error:
        raise UnreadableRunError(f"{path}: {error}") from error
    if rows.shape[0] == len(TEP_TAGS) != rows.shape[1]:
        rows = rows.T  # d00.dat lies on its side
    if rows.shape[1] != len(TEP_TAGS) or named is None:
        raise UnreadableRunError(f"{path}: {rows.shape[0]} x {rows.shape[1]}; 52 tags are needed")
    fault, testing = int(named[1]), bool(named[2])
    onset = None if fault == 0 else TEP_ONSET_ROW if testing else 0
    return Run(path.stem, TEP_TAGS, np.ascontiguousarray(rows), TEP_PERIOD_S, onset)


def _is_skab(path: Path) -> bool:
    with path.open(encoding="utf-8") as file:
        return file.readline().startswith("datetime;")


def _skab(path: Path) -> Run:
    with path.open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file, delimiter=";")
    tags = tuple(one for one in head if one not in _LABELS)
    at = [head.index(one) for one in tags]
    try:
        rows = np.array([[float(line[column] or "nan") for column in at] for line in lines])
        is_fault = (
            [float(line[head.index("anomaly")]) > 0 for line in lines] if "anomaly" in head else []
        )
    except (ValueError, IndexError) as error:
        raise UnreadableRunError(f"{path}: {error}") from error
    onset = is_fault.index(True) if True in is_fault else None
    return Run(f"{path.parent.name}/{path.stem}", tags, rows, 1.0, onset)
