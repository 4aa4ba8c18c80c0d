"""What an exchange database is told: where it is, which view, which column is what. No SQL is ever taken from here."""

from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from msgspec import Meta, Struct

from anlan.kernel.sensing.mapped_row import Mapped

#: A name as databases have them, Chinese ones too; it is quoted besides. No quotes, dots, blanks, signs.
Identifier = Annotated[str, Meta(pattern=r"^[^\W\d][\w$#]{0,127}$")]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
SAFE_MODES = frozenset({"require", "verify-ca", "verify-full"})


class Equal(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Only rows whose column is this."""

    column: Identifier
    value: str | int


class Exchange(Mapped, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One view or table of another database, which is only read.

    `url`: driver, host, database (SQLAlchemy's), without the password, which lies in `password_file`. `watermark`: the
    column that grows with each row that is laid in, a number or a time; `key`: the columns that name one row for
    ever. Rows up to `overlap_s` (a time) or `overlap_rows` (a number) behind the last one are read again, for those
    that come late. `start`: where the very first round begins; without it, with the first row.
    """

    tag_column: Identifier
    time: Identifier
    value: Identifier
    url: Annotated[str, Meta(pattern=r"^[a-z0-9]+(\+[a-z0-9_]+)?://")]
    password_file: str = ""
    schema: Annotated[str, Meta(pattern=r"^([^\W\d][\w$#]{0,127})?$")] = ""
    view: Identifier
    quality: Annotated[str, Meta(pattern=r"^([^\W\d][\w$#]{0,127})?$")] = ""
    watermark: Identifier
    key: Annotated[list[Identifier], Meta(min_length=1, max_length=8)]
    where: list[Equal] = []
    start: int | datetime | None = None
    page: Annotated[int, Meta(ge=1, le=5_000)] = 2_000
    period_s: Seconds = 30.0
    overlap_s: Annotated[float, Meta(ge=0, le=8 * 86_400)] = 600.0
    overlap_rows: Annotated[int, Meta(ge=0, le=10_000_000)] = 10_000
    timeout_s: Seconds = 30.0

    def __post_init__(self) -> None:
        """Check what belongs together. Raises ValueError."""
        super().__post_init__()
        if urlsplit(self.url).password is not None or "password" in dict(self._query):
            raise ValueError(f"{self.name}: url: the password belongs into password_file")
        if isinstance(self.start, datetime) and self.start.tzinfo is None:
            raise ValueError(
                f"{self.name}: start: a time needs its offset, 2026-11-01T00:00:00+08:00"
            )

    @property
    def columns(self) -> list[str]:
        """Return the columns that are asked for, each once: the fields of a row, then its place and name."""
        fields = [self.tag_column, self.time, self.value, self.quality]
        return [one for one in dict.fromkeys([*fields, self.watermark, *self.key]) if one]

    @property
    def is_clear_text(self) -> bool:
        """Tell whether nothing in the URL says that the line is encrypted."""
        host = urlsplit(self.url).hostname or ""
        is_here = not host or host in {"localhost", "127.0.0.1", "::1"}
        return not is_here and dict(self._query).get("sslmode") not in SAFE_MODES

    @property
    def _query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.url).query)
