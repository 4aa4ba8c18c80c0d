"""The measured values of an upload: factors with their kind and flag, and what could not be read of them."""

from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Final

from anlan.adapters.hj212.segment import Segment, SegmentError, moment

#: Commands that upload values (CN): at the moment, by minutes, hours, days.
UPLOADS: Final = {2011: "real_time", 2051: "minutes", 2061: "hours", 2031: "day"}
#: Parts of a factor that are values; others (`Flag`, `SampleTime`) say something of them.
KINDS: Final = ("Rtd", "Avg", "Min", "Max", "Cou", "ZsRtd", "ZsAvg", "ZsMin", "ZsMax")
#: What a flag says of the value; of one without a flag nothing bad is known.
FLAGS: Final = {
    "N": "normal", "F": "stopped", "M": "maintenance", "S": "by_hand", "D": "fault", "C": "calibration",
    "T": "over_range", "B": "line_lost",
}  # fmt: skip
#: What any other letter says: stations have flags of their own, and none of them unsays the value.
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value: factor code (HJ 212 appendix B), kind of `KINDS`, the flag's meaning ("" without one) and its letter."""

    factor: str
    kind: str
    value: float
    flag: str
    letter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What a segment uploads: from when (UTC), the values in order, and the items that are none, each with why."""

    at: datetime
    period: str
    values: tuple[Value, ...]
    refused: tuple[tuple[str, str], ...]


def upload_of(segment: Segment) -> Upload:
    """Return the values of an upload. Raises SegmentError for another command or without a time of the data."""
    if segment.command not in UPLOADS:
        raise SegmentError(f"CN={segment.command} uploads no values", 8)
    times = [group["DataTime"] for group in segment.groups if "DataTime" in group]
    if len(times) != 1:
        raise SegmentError("an upload has one DataTime")
    values: list[Value] = []
    refused: list[tuple[str, str]] = []
    for group in segment.groups:
        flags = {
            name.rpartition("-")[0]: said for name, said in group.items() if name.endswith("-Flag")
        }
        for name, said in group.items():
            factor, _, kind = name.rpartition("-")
            if kind not in KINDS:
                continue
            try:
                values.append(_value(factor, kind, said, flags.get(factor, "")))
            except ValueError as error:
                refused.append((f"{name}={said}", str(error)))
    return Upload(
        at=moment(times[0]),
        period=UPLOADS[segment.command],
        values=tuple(values),
        refused=tuple(refused),
    )


def _value(factor: str, kind: str, said: str, flag: str) -> Value:
    if not factor:
        raise ValueError("without a factor")
    number = float(said)
    if not isfinite(number):
        raise ValueError("not a finite number")
    meaning = FLAGS.get(flag, UNKNOWN) if flag else ""
    return Value(factor=factor, kind=kind, value=number, flag=meaning, letter=flag)
