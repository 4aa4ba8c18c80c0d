"""How each gateway's messages fare: what its page shows, counted on over restarts of this process."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.kernel.sensing.intake import LATE_MS, TAG_UNKNOWN, Accepted, RawBatch, Refusal
from anlan.kernel.sensing.lateness import Lateness
from anlan.kernel.sensing.recency import Order, Recency
from anlan.kernel.sensing.rules import writable
from anlan.kernel.sensing.sequence import SequenceBook

BACKFILLS_KEPT = 20
TAGS_KEPT = 100
#: A box's clock that is further off is said to be off, and since when (ms).
SKEWED_MS = 5_000
#: A registered tag is not longer.
TAG_LENGTH = 64


@dataclass(slots=True)
class Sums:
    """Counts of messages, of readings, of refused rows; and what quarantine had no room for."""

    messages: Counter[str] = field(default_factory=Counter)
    readings: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    dropped: int = 0

    def add(self, other: "Sums") -> None:
        """Add the counts of a gateway."""
        self.messages.update(other.messages)
        self.readings.update(other.readings)
        self.refused.update(other.refused)
        self.dropped += other.dropped

    def less(self, other: "Sums") -> "Sums":
        """Return what has been counted since `other`."""
        return Sums(
            self.messages - other.messages,
            self.readings - other.readings,
            self.refused - other.refused,
            self.dropped - other.dropped,
        )


@dataclass(slots=True)
class Health:
    """The counts of one gateway since `since_ms`; `is_told`: nothing new since PostgreSQL has it."""

    since_ms: int = 0
    seen_ms: int = 0
    skew_ms: int | None = None
    skewed_since_ms: int | None = None
    messages: Counter[str] = field(default_factory=Counter)
    readings: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    backfills: list[dict[str, int]] = field(default_factory=list)
    unknown_tags: dict[str, dict[str, int]] = field(default_factory=dict)
    keys_used: dict[str, int] = field(default_factory=dict)
    dropped: int = 0
    is_told: bool = True
    before: "Sums | None" = None
    late: Lateness = field(default_factory=Lateness)
    _recency: Recency = field(default_factory=Recency)

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Health":
        """Go on from what an earlier run of the gateway had written; a strange form is begun anew."""
        try:
            health = cls(
                since_ms=int(facts["since_ms"]),
                skew_ms=facts["skew_ms"],
                skewed_since_ms=facts.get("skewed_since_ms"),
                messages=Counter(facts["messages"]),
                readings=Counter(facts["readings"]),
                refused=Counter(facts["refused_rows"]),
                backfills=list(facts["backfills"]),
                unknown_tags=dict(facts["unknown_tags"]),
                keys_used=dict(facts["keys_used"]),
                dropped=int(facts["quarantine_dropped"]),
                late=Lateness.of(facts.get("late", ())),
            )
        except (KeyError, TypeError, ValueError):
            return cls()
        health.before = health.sums()
        return health

    def sums(self) -> "Sums":
        """Return the counts as they are now, without those of runs before this one."""
        now = Sums(
            Counter(self.messages), Counter(self.readings), Counter(self.refused), self.dropped
        )
        return now if self.before is None else now.less(self.before)

    def message(self, word: str, arrived_ms: int) -> None:
        """Count a message by what became of it."""
        self.messages[word] += 1
        self.since_ms = self.since_ms or arrived_ms
        self.seen_ms = max(self.seen_ms, arrived_ms)
        self.is_told = False

    def batch(self, raw: RawBatch, accepted: Accepted, late_ms: int = LATE_MS) -> None:
        """Count the readings of a message that goes on."""
        batch = accepted.batch
        if accepted.late and raw.backfill_ms is None and raw.exercise_id is None:
            self.late.note(batch.numbers, batch.times_ms, batch.arrived_ms, late_ms)
        if raw.sent_ms is not None:
            self._skew(batch.arrived_ms - raw.sent_ms, batch.arrived_ms)
        order = self._order(raw, accepted)
        counted = self.readings
        counted["kept"] += len(batch)
        counted["late_announced" if raw.backfill_ms else "late_unannounced"] += accepted.late
        counted["clock"] += accepted.clock
        counted["out_of_order"] += order.out_of_order
        counted["duplicate"] += order.duplicate
        if raw.backfill_ms is not None:
            self._backfill(raw.backfill_ms, batch.arrived_ms, len(batch))
        self._refusals(accepted.refusals, batch.arrived_ms)

    def _skew(self, skew_ms: int, at_ms: int) -> None:
        self.skew_ms = skew_ms
        if abs(skew_ms) <= SKEWED_MS:
            self.skewed_since_ms = None
        elif self.skewed_since_ms is None:
            self.skewed_since_ms = at_ms

    def _order(self, raw: RawBatch, accepted: Accepted) -> Order:
        if raw.exercise_id is not None:
            return Order()  # its times are its own
        return self._recency.note(accepted.batch.numbers, accepted.batch.times_ms)

    def _backfill(self, span: tuple[int, int], at_ms: int, readings: int) -> None:
        first, last = span
        for known in self.backfills:
            if (known["from_ms"], known["to_ms"]) == span:
                known["last_ms"] = at_ms
                known["readings"] += readings
                return
        begun = {"from_ms": first, "to_ms": last, "first_ms": at_ms, "last_ms": at_ms}
        self.backfills = [*self.backfills, begun | {"readings": readings}][-BACKFILLS_KEPT:]

    def _refusals(self, refusals: Iterable[Refusal], at_ms: int) -> None:
        for refusal in refusals:
            self.refused[refusal.code] += 1
            if refusal.code != TAG_UNKNOWN or not refusal.tag:
                continue
            tag = writable(refusal.tag)[:TAG_LENGTH]
            known = self.unknown_tags.get(tag)
            if known is not None:
                known["last_ms"] = at_ms
                known["rows"] += 1
            elif len(self.unknown_tags) < TAGS_KEPT:
                self.unknown_tags[tag] = {"first_ms": at_ms, "last_ms": at_ms, "rows": 1}

    def expect(self, numbers: NDArray[np.int32]) -> None:
        """Learn which datastreams the gateway has."""
        self._recency.expect(numbers)

    def forget_tags(self, known: Iterable[str]) -> None:
        """Forget unknown tags that have been registered since."""
        for tag in set(self.unknown_tags).intersection(known):
            del self.unknown_tags[tag]
            self.is_told = False

    def forget_keys_but(self, fingerprints: Iterable[str]) -> None:
        """Forget when keys were last used that are valid no more."""
        self.keys_used = {one: self.keys_used[one] for one in fingerprints if one in self.keys_used}

    def facts(self, book: SequenceBook) -> dict[str, Any]:
        """Return what a page shows of a gateway, as JSON; times in ms UTC."""
        return {
            "since_ms": self.since_ms,
            "last_seq": book.last,
            "gaps": book.gap_count,
            "missing": [list(gap) for gap in book.gaps],
            "missing_count": sum(last - first + 1 for first, last in book.gaps),
            "skew_ms": self.skew_ms,
            "skewed_since_ms": self.skewed_since_ms,
            "messages": dict(self.messages),
            "readings": dict(self.readings),
            "refused_rows": dict(self.refused),
            "refused_count": self.refused.total(),
            "backfills": self.backfills,
            "unknown_tags": self.unknown_tags,
            "keys_used": self.keys_used,
            "quarantine_dropped": self.dropped,
            "late": self.late.told(),
        }
