"""A message of another platform (domain facts 2.4) as readings, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from anlan.kernel.sensing.batch import GOOD
from anlan.kernel.sensing.sample import Sample

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
ROWS_MAX: Final = 40_000


class MessageError(ValueError):
    """The message as a whole cannot be read; nothing of it is taken."""


class Message(Struct, kw_only=True):
    """What is said: whose readings, when they were measured, the readings, and alarms of the other platform."""

    companyCode: str  # noqa: N815 - the format's own word
    ts: Annotated[datetime, Meta(tz=True)]
    data: list[Any] = []
    alarms: list[Any] = []


class Refused(Struct, frozen=True):
    """A reading that is not taken: its place in `data`, why (a word of the doors), its tag if it had one."""

    row: int
    code: str
    tag: str | None


@dataclass(frozen=True, slots=True)
class Read:
    """What a message brings; its alarms are counted only: this platform judges readings by its own limits."""

    company: str
    samples: list[Sample]
    refused: list[Refused]
    alarms: int


_decoder = msgspec.json.Decoder(Message)


def read(body: bytes, tags: Mapping[str, str], units: Mapping[str, str]) -> Read:
    """Read a message. Raises MessageError."""
    try:
        said = _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError(str(error)) from error
    if len(said.data) > ROWS_MAX:
        raise MessageError(f"{len(said.data)} readings; at most {ROWS_MAX}")
    at_ms = (said.ts - EPOCH) // timedelta(milliseconds=1)
    found = Read(said.companyCode, [], [], len(said.alarms))
    for row, one in enumerate(said.data):
        taken = _sample(one, at_ms, tags, units)
        if isinstance(taken, str):
            tag = one.get("tag") if isinstance(one, dict) else None
            found.refused.append(Refused(row, taken, tag if isinstance(tag, str) else None))
        else:
            found.samples.append(taken)
    return found


def _sample(
    one: object, at_ms: int, tags: Mapping[str, str], units: Mapping[str, str]
) -> Sample | str:
    """Return a reading, or the word for what is wrong with it first."""
    if not isinstance(one, dict) or not isinstance(one.get("tag"), str):
        return "row_bad"
    if (tag := tags.get(one["tag"])) is None:
        return "tag_unknown"
    if one.get("u") not in (None, "", units.get(tag)):
        return "unit_differs"
    value, quality = one.get("v"), _quality(one.get("q", GOOD))
    if (number := _number(value)) is None:
        return "value_bad"
    if quality is None:
        return "quality_bad"
    return Sample(tag, at_ms, number, quality)


def _quality(said: object) -> int | None:
    """Return a quality of OPC DA; 128-191 are not assigned, and the platform would refuse them after our 202."""
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said <= 255:
        return None
    return None if 128 <= said < 192 else said


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None
