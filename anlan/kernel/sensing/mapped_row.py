"""A row of another system as a reading, by a mapping: which field is what, and whose tag is ours.

The words for what is wrong are those of the doors; what is wrong with one row disturbs no other.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isfinite
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta, Struct

from anlan.kernel.sensing.batch import BAD, GOOD, UNCERTAIN
from anlan.kernel.sensing.pulled import EPOCH, MICROSECOND, moment_of
from anlan.kernel.sensing.sample import Sample

#: A row of a tag that the mapping does not name: nobody asked for it.
UNMAPPED: Final = "tag_unknown"
QUALITIES: Final = frozenset({GOOD, UNCERTAIN, BAD})
Name = Annotated[str, Meta(min_length=1, max_length=128)]


class Mapped(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The mapping of one source. `tag`: the name there to our tag.

    `time`, `tag_column`, `value`, `quality`: the fields. A time without an offset is of `time_zone`. `qualities`: what
    their quality says to 192 good, 64 uncertain, 0 bad; without a quality field, or a word in it, a value is good.
    """

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    tag_column: Name
    time: Name
    value: Name
    quality: str = ""
    qualities: dict[str, int] = {}
    time_zone: str = "Asia/Shanghai"
    tag: Annotated[dict[str, str], Meta(min_length=1)]

    def __post_init__(self) -> None:
        """Check the mapping in itself. Raises ValueError."""
        try:
            zone_of(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{self.name}: time_zone {self.time_zone!r} is not known") from error
        if wrong := set(self.qualities.values()) - QUALITIES:
            raise ValueError(f"{self.name}: qualities: {min(wrong)} is none of 192, 64, 0")

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of times that say none."""
        return zone_of(self.time_zone)


zone_of = lru_cache(ZoneInfo)


def reading_of(fields: Mapping[str, object], said: Mapped) -> Sample | str:
    """Return a row as a reading, or the word for what is wrong with it first."""
    if (tag := said.tag.get(str(fields.get(said.tag_column)).strip())) is None:
        return UNMAPPED
    if (at := moment_of(fields.get(said.time), said.zone)) is None:
        return "time_bad"
    if (value := _number(fields.get(said.value))) is None:
        return "value_bad"
    if (quality := _quality(fields.get(said.quality), said)) is None:
        return "quality_bad"
    return Sample(tag, at_ms(at), value, quality)


def at_ms(moment: datetime) -> int:
    """Return a moment in whole milliseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND // 1_000


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError, InvalidOperation):
        return None
    return number if isfinite(number) else None


def _quality(value: object, said: Mapped) -> int | None:
    text = "" if value is None else str(value).strip()
    if not said.quality or not text:
        return GOOD
    if said.qualities:
        return said.qualities.get(text)
    return int(text) if text.isdecimal() and int(text) in QUALITIES else None
