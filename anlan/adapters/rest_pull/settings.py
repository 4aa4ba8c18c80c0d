"""What a REST service is told: its address, where rows stand in an answer, how its pages go on."""

from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta

from anlan.kernel.sensing.mapped_row import Mapped

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
#: Names joined by dots: `data.rows`. Empty for the answer itself.
Path = Annotated[str, Meta(pattern=r"^[^.\s]*(\.[^.\s]+)*$")]


class Rest(Mapped, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One service that is asked by GET, over HTTPS; clear text on loopback only.

    `header`: what is sent besides; `secret_header` is sent with what stands in `secret_file` behind `secret_prefix`.
    `rows`: where the rows stand; fields of a row may be paths too. `paging`: by `number` (of a page, from
    `first_page`, in the parameter `page_parameter`), by `cursor` (which stands at `next` and goes into that parameter) or by a
    `link` to the next page at `next`, of the same origin. `since_parameter` takes the watermark, less the overlap.
    `ordered`: no row of a later page has an earlier watermark, so the place may move with each page.
    """

    url: str
    header: dict[str, str] = {}
    parameter: dict[str, str] = {}
    secret_header: str = "Authorization"  # noqa: S105 - its name
    secret_prefix: str = "Bearer "  # noqa: S105 - what stands before it
    secret_file: str = ""
    ca_file: str = ""
    rows: Path = ""
    watermark: Annotated[str, Meta(min_length=1)]
    watermark_kind: Literal["time", "number"] = "time"
    key: Annotated[list[str], Meta(min_length=1, max_length=8)]
    start: int | str | None = None
    ordered: bool = False
    since_parameter: Annotated[str, Meta(min_length=1)]
    paging: Literal["number", "cursor", "link"]
    page_parameter: str = "page"
    first_page: int = 1
    size_parameter: str = ""
    next: Path = "next"
    page: Annotated[int, Meta(ge=1, le=5_000)] = 1_000
    pages_max: Annotated[int, Meta(ge=1, le=1_000_000)] = 10_000
    max_mb: Annotated[int, Meta(ge=1, le=256)] = 8
    period_s: Seconds = 60.0
    overlap_s: Annotated[float, Meta(ge=0, le=8 * 86_400)] = 600.0
    overlap_rows: Annotated[int, Meta(ge=0, le=10_000_000)] = 10_000
    timeout_s: Seconds = 30.0

    def __post_init__(self) -> None:
        """Check what belongs together. Raises ValueError."""
        super().__post_init__()
        where = urlsplit(self.url)
        if (
            where.scheme not in {"https", "http"}
            or not where.hostname
            or where.username is not None
        ):
            raise ValueError(
                f"{self.name}: url: no address of the web, or a name and password in it"
            )
        if where.scheme == "http" and not _is_loopback(where.hostname):
            raise ValueError(f"{self.name}: url: https is a must outside this machine")
        if any(name.lower() in {"authorization", "cookie"} for name in self.header):
            raise ValueError(f"{self.name}: header: a secret lies in secret_file")

    @property
    def is_clear_text(self) -> bool:
        """Tell whether it is asked over http, which only loopback is."""
        return urlsplit(self.url).scheme == "http"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
