"""What the parts of the house have said of themselves; nothing is judged here."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """One look into PostgreSQL; ages in seconds, null where there is nothing yet."""

    answer_ms: float
    sealed: int
    published: int
    pending: int
    pending_s: float | None
    dead_letters: int
    engine_epoch: str | None
    engine_seq: int | None
    tick_s: float | None
    history_s: float | None
    history_files: int
    gateways: int
    gateways_silent: int
    gateways_never: int
    jobs_waiting: int
    jobs_failed: int
    jobs_s: float | None
    relay_works: bool
    connected: list[str]
    #: How many events each subscribing slice has still to handle.
    behind: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFacts:
    """What a stream holds and may hold."""

    messages: int
    bytes: int
    max_bytes: int
    last_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BusFacts:
    """One look at NATS; `recorder_last` is up to where the recorder has read, null without answer."""

    answer_ms: float
    readings_epoch: str | None = None
    streams: dict[str, StreamFacts] = field(default_factory=dict)
    recorder_last: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that was seen; null is what did not answer, with the reason beside it."""

    database: DatabaseFacts | None
    bus: BusFacts | None
    live: dict[str, Any] | None
    gateway: dict[str, Any] | None
    head_s: float | None
    #: Share of the disk that is free, by folder; the data may lie on several.
    disk_free: dict[str, float]
    why: dict[str, str] = field(default_factory=dict)
