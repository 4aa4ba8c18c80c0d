"""A data segment of HJ 212-2017 (6.3.2): who says what, when, and whether it wants an answer."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

#: What stations mean by a time without a zone.
BEIJING: Final = timezone(timedelta(hours=8))
_FIELDS: Final = ("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO")
_BEGIN, _END = "CP=&&", "&&"


class SegmentError(ValueError):
    """A data segment that cannot be read; `code` is the standard's own of QnRtn where it has one."""

    def __init__(self, text: str, code: int = 100) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What one frame says.

    `request` is QN as it was sent, an answer repeats it; `sent_at` is its time in UTC. `groups` are the
    parameters (CP) in their order, each the items that stand together. `part` of `parts` is 1 of 1 unless split.
    """

    request: str
    sent_at: datetime | None
    system: str
    command: int
    password: str = field(repr=False)
    station: str
    flag: int
    parts: int
    part: int
    groups: tuple[dict[str, str], ...]

    @property
    def wants_answer(self) -> bool:
        """Tell whether bit A of Flag asks for an answer."""
        return bool(self.flag & 1)

    @property
    def version(self) -> int:
        """Return the version in Flag: 1 is HJ 212-2017, 0 the one of 2005."""
        return self.flag >> 2


def segment_of(data: bytes) -> Segment:
    """Read a data segment. Raises SegmentError with the code of what is wrong."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")  # units and names, where a station writes any
        except UnicodeDecodeError as error:
            raise SegmentError("neither UTF-8 nor GB 18030") from error
    before, begin, after = text.partition(_BEGIN)
    if not begin or not after.endswith(_END):
        raise SegmentError("no parameters between && and &&")
    said = dict(one.partition("=")[::2] for one in before.split(";") if one)
    if missing := [name for name in ("ST", "CN", "MN") if not said.get(name)]:
        raise SegmentError(f"without {', '.join(missing)}", {"ST": 5, "CN": 8, "MN": 4}[missing[0]])
    flag = _number(said, "Flag", 0, 6)
    parts, part = (_number(said, name, 1, 6) if flag & 2 else 1 for name in ("PNUM", "PNO"))
    if not 1 <= part <= parts:
        raise SegmentError(f"packet {part} of {parts}", 6)
    return Segment(
        request=said.get("QN", ""),
        sent_at=moment(said["QN"]) if said.get("QN") else None,
        system=said["ST"],
        command=_number(said, "CN", 0, 8),
        password=said.get("PW", ""),
        station=said["MN"],
        flag=flag,
        parts=parts,
        part=part,
        groups=tuple(_group(one) for one in after[: -len(_END)].split(";") if one),
    )


def moment(text: str) -> datetime:
    """Return a time of the standard (`yyyyMMddHHmmss`, with `zzz` ms in QN) as UTC. Raises SegmentError."""
    try:
        whole = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=BEIJING)
        return (whole + timedelta(milliseconds=int(text[14:] or 0))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise SegmentError(f"{text!r} is no time", 7) from error


def text_of(when: datetime, *, with_ms: bool = False) -> str:
    """Return a time as the standard writes it, Beijing time."""
    there = when.astimezone(BEIJING)
    return there.strftime("%Y%m%d%H%M%S") + (f"{there.microsecond // 1000:03d}" if with_ms else "")


def _group(text: str) -> dict[str, str]:
    return dict(one.partition("=")[::2] for one in text.split(",") if one)


def _number(said: dict[str, str], name: str, other: int, code: int) -> int:
    text = said.get(name, "")
    if not text:
        return other
    if not (text.isascii() and text.isdigit()):
        raise SegmentError(f"{name}={text!r} is no number", code)
    return int(text)
