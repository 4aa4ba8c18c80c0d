"""A CSV file as readings, row by row: what is wrong with a row is said, and the rows beside it go on."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from io import StringIO
from math import isfinite
from typing import Final, NamedTuple

from anlan.adapters.file_drop.settings import Dropped
from anlan.kernel.sensing.batch import BAD, GOOD, UNCERTAIN
from anlan.kernel.sensing.pulled import moment_of
from anlan.kernel.sensing.sample import Sample

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: What spreadsheets write beside ISO 8601.
_OTHER_TIMES: Final = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")
KEPT: Final = "kept"


class FileError(ValueError):
    """The file as a whole cannot be read; nothing of it is taken."""


class Outcome(NamedTuple):
    """What became of a cell or row: its line in the file, a word (`kept`, or why not), and what it is about."""

    line: int
    word: str
    about: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The readings of a file in their order, and the outcome of each."""

    samples: list[Sample]
    outcomes: list[Outcome]

    @property
    def refused(self) -> int:
        """Return how many were refused."""
        return sum(one.word != KEPT for one in self.outcomes)


def parsed(content: bytes, settings: Dropped) -> Parsed:
    """Read a file. Raises FileError."""
    reader = csv.DictReader(
        StringIO(_text(content, settings), newline=""), delimiter=settings.delimiter
    )
    try:
        columns = [column.strip() for column in reader.fieldnames or []]
        _check_columns(columns, settings)
        reader.fieldnames = columns
        found = Parsed([], [])
        cells = _long_cells if settings.layout == "long" else _wide_cells
        for row in reader:
            for name, value, quality in cells(row, settings):
                _take(found, reader.line_num, settings, (name, row[settings.time], value, quality))
    except csv.Error as error:
        raise FileError(f"line {reader.line_num}: {error}") from error
    return found


def _text(content: bytes, settings: Dropped) -> str:
    """Decode a file as it was said: short texts in GB 18030 may be good UTF-8 and mean something else."""
    try:
        return content.decode("utf-8-sig" if settings.encoding == "utf-8" else settings.encoding)
    except UnicodeDecodeError as error:
        raise FileError(f"not {settings.encoding}") from error


def _check_columns(columns: list[str], settings: Dropped) -> None:
    wanted = [settings.time]
    if settings.layout == "long":
        wanted += [settings.tag_column, settings.value]
    if missing := [one for one in wanted if one not in columns]:
        raise FileError(f"without the columns {', '.join(missing)}")
    if settings.layout == "wide" and not set(columns) & set(settings.tag):
        raise FileError("no column is a tag")


Row = dict[str, str | None]
Cell = tuple[str, str | None, str | None]


def _long_cells(row: Row, settings: Dropped) -> Iterator[Cell]:
    yield (row[settings.tag_column] or "").strip(), row[settings.value], row.get(settings.quality)


def _wide_cells(row: Row, settings: Dropped) -> Iterator[Cell]:
    for name, value in row.items():
        # an empty cell of a wide file means that nothing was measured then
        if name in settings.tag and (value or "").strip():
            yield name, value, None


def _take(
    found: Parsed,
    line: int,
    settings: Dropped,
    cell: tuple[str, str | None, str | None, str | None],
) -> None:
    name, time, value, quality = cell
    word, sample = _sample(settings, name, time, (value, quality))
    found.outcomes.append(Outcome(line, word, name))
    if sample is not None:
        found.samples.append(sample)


def _sample(
    settings: Dropped, name: str, time: str | None, said: tuple[str | None, str | None]
) -> tuple[str, Sample | None]:
    """Return `kept` and the reading, or the word for what is wrong first; the words are those of the doors."""
    if (tag := settings.tag.get(name)) is None:
        return "tag_unknown", None
    if (at := _moment(time, settings.utc_offset)) is None:
        return "time_bad", None
    if (value := _number(said[0])) is None:
        return "value_bad", None
    if (quality := _quality(said[1])) is None:
        return "quality_bad", None
    return KEPT, Sample(tag, (at - EPOCH) // timedelta(milliseconds=1), value, quality)


def _moment(said: str | None, utc_offset: str) -> datetime | None:
    text = (said or "").strip()
    sign = -1 if utc_offset[0] == "-" else 1
    ahead = timedelta(hours=int(utc_offset[1:3]), minutes=int(utc_offset[4:]))
    return moment_of(_other(text) or text, timezone(sign * ahead))


def _other(text: str) -> datetime | None:
    for form in _OTHER_TIMES:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the offset is the file's
        except ValueError:
            continue
    return None


def _number(said: str | None) -> float | None:
    try:
        value = float((said or "").strip())
    except ValueError:
        return None
    return value if isfinite(value) else None


def _quality(said: str | None) -> int | None:
    text = (said or "").strip()
    known = {"": GOOD, str(GOOD): GOOD, str(UNCERTAIN): UNCERTAIN, str(BAD): BAD}
    return known.get(text)
