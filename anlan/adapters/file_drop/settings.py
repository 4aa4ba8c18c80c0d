"""What a folder of files is told: where it is, when a file is whole, which column is what."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Name = Annotated[str, Meta(min_length=1)]


class Dropped(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One folder of CSV files. A file is whole when it did not change for `settle_s` seconds.

    `layout` long: a row is one reading, with columns `time`, `tag`, `value` and perhaps `quality`;
    wide: a row is one moment, and each other column a tag. `tag`: the name in the file to our tag; a name that is not
    there is refused. A time without an offset is of `utc_offset`.
    """

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    folder: str
    layout: Literal["long", "wide"] = "long"
    time: Name = "time"
    tag_column: Name = "tag"
    value: Name = "value"
    quality: Name = "quality"
    tag: Annotated[dict[str, str], Meta(min_length=1)]
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    encoding: Literal["utf-8", "gb18030"] = "utf-8"
    utc_offset: Annotated[str, Meta(pattern=r"^[+-]\d\d:\d\d$")] = "+08:00"
    settle_s: Seconds = 5.0
    max_mb: Annotated[int, Meta(ge=1, le=1_024)] = 32
