"""Recorded series as readings: which column of a file is which tag, and when each row was.

A mapping file (TOML), for a gateway F1/G1:

    gateway = "F1.G1"
    delimiter = ";"            # "," by default; " " for any white space
    header = true              # false: columns are named "1", "2", ...
    [time]
    column = "datetime"        # or: step_s = 180, for series without a clock
    kind = "text"              # text (RFC 3339 or ISO 8601), s or ms since 1970
    offset = "+03:00"          # of texts that say none
    [[tag]]
    column = "Pressure"
    tag = "T101.PI"
    scale = 100.0              # value = number * scale + shift
    shift = 0.0
    unit = "kPa"               # checked against the registered one
"""

import csv
import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from anlan.kernel.base.errors import InvalidError


class ReplayError(InvalidError):
    """The mapping or the file cannot be replayed; the sentence says what is wrong where."""

    code = "replay.unusable"


class TimeColumn(msgspec.Struct, forbid_unknown_fields=True):
    """When a row was: a column, or the row's place."""

    column: str | None = None
    kind: Literal["text", "s", "ms"] = "text"
    offset: Annotated[str, msgspec.Meta(pattern=r"^[+-]\d\d:\d\d$")] | None = None
    step_s: Annotated[float, msgspec.Meta(gt=0)] | None = None


class TagColumn(msgspec.Struct, forbid_unknown_fields=True):
    """Which column becomes which tag, and how its numbers become the tag's."""

    column: str
    tag: str
    scale: float = 1.0
    shift: float = 0.0
    unit: str | None = None


class Mapping(msgspec.Struct, forbid_unknown_fields=True):
    """A whole mapping file."""

    gateway: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$")]
    time: TimeColumn
    tag: Annotated[list[TagColumn], msgspec.Meta(min_length=1)]
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    header: bool = True
    encoding: str = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its time as recorded (ms), and value by place in `Mapping.tag`; gaps are left out."""

    at_ms: int
    values: tuple[tuple[int, float], ...]


def read_mapping(file: Path) -> Mapping:
    """Read a mapping file. Raises ReplayError."""
    try:
        plain = tomllib.loads(file.read_text(encoding="utf-8"))
        mapping = msgspec.convert(plain, Mapping)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ReplayError(f"{file}: {error}") from error
    if (mapping.time.column is None) == (mapping.time.step_s is None):
        raise ReplayError(f"{file}: [time] needs a column or a step_s, one of them")
    return mapping


def read_rows(file: Path, mapping: Mapping) -> Iterator[Row]:
    """Yield the rows of a file in its order. Raises ReplayError for a row without a time."""
    try:
        with file.open(encoding=mapping.encoding, newline="") as lines:
            table = _table(lines, mapping)
            names = next(table, []) if mapping.header else None
            places: list[tuple[int, int]] | None = None
            for number, cells in enumerate(table):
                if names is None:
                    names = [str(place + 1) for place in range(len(cells))]
                if places is None:
                    clock = _place(names, mapping.time.column, file)
                    wanted = enumerate(mapping.tag)
                    places = [(_place(names, tag.column, file), at) for at, tag in wanted]
                if cells:
                    yield _row(cells, number, clock, places, mapping)
    except (OSError, UnicodeError, csv.Error) as error:
        raise ReplayError(f"{file}: {error}") from error


def _table(lines: Iterator[str], mapping: Mapping) -> Iterator[list[str]]:
    if mapping.delimiter == " ":
        return (line.split() for line in lines)
    return csv.reader(lines, delimiter=mapping.delimiter)


def _place(names: list[str], column: str | None, file: Path) -> int:
    """Return where a column is; -1 stands for no column."""
    if column is None:
        return -1
    try:
        return names.index(column)
    except ValueError as error:
        raise ReplayError(f"{file}: no column {column!r}; there are {', '.join(names)}") from error


def _row(
    cells: list[str], number: int, clock: int, places: list[tuple[int, int]], mapping: Mapping
) -> Row:
    try:
        at_ms = _time(cells[clock] if clock >= 0 else "", number, mapping.time)
        values = [(at, _number(cells[place])) for place, at in places]
    except (IndexError, ValueError) as error:
        raise ReplayError(f"row {number + 1}: {error}") from error
    mapped = [
        (at, value * mapping.tag[at].scale + mapping.tag[at].shift)
        for at, value in values
        if value is not None
    ]
    return Row(at_ms, tuple(mapped))


def _number(text: str) -> float | None:
    """Return a number; an empty cell and NaN are gaps. Raises ValueError for anything else."""
    if not text.strip():
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def _time(text: str, number: int, clock: TimeColumn) -> int:
    if clock.step_s is not None:
        return round(number * clock.step_s * 1000)
    if clock.kind != "text":
        return round(float(text) * (1000 if clock.kind == "s" else 1))
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        if clock.offset is None:
            raise ValueError(f"{text!r} has no offset, and [time] names none")
        moment = datetime.fromisoformat(f"{moment.isoformat()}{clock.offset}")
    return round(moment.timestamp() * 1000)
