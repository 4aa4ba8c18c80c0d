"""What stands in READINGS, in our words; no network."""

from dataclasses import dataclass
from typing import NamedTuple


class LogMessage(NamedTuple):
    """One message of READINGS; `stored_ms` is when the log took it, the same in every replay."""

    seq: int
    shard: int
    kind: str
    payload: bytes
    stored_ms: int


@dataclass(frozen=True, slots=True)
class LogSpan:
    """What the log holds: its life, its first and its last message (first = last + 1: empty)."""

    epoch: str
    first: int
    last: int
