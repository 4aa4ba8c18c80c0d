"""Is a message new, said again, altered or late, and is one missing? (practice P13)

Each gateway counts its messages by one. What was seen is remembered by its hash.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heappop, heappush
from typing import NamedTuple

#: How many messages of a gateway are remembered here; older ones are asked of the receipts.
REMEMBERED = 512
#: How many gaps are kept; a gateway that jumps more often is told by the count.
GAPS_KEPT = 32


class Verdict(StrEnum):
    """What a sequence number and a hash say about a message."""

    NEW = "new"  # never seen; also one that fills a gap
    REPEAT = "repeat"  # seen with the same hash: nothing to do but to acknowledge it
    ALTERED = "altered"  # seen with another hash: somebody changed history
    UNKNOWN = "unknown"  # older than what is remembered here: the receipts know


class Judged(NamedTuple):
    """The verdict, and the numbers that this message's number left out."""

    verdict: Verdict
    gap: tuple[int, int] | None = None


@dataclass(slots=True)
class SequenceBook:
    """What is known of one gateway's numbers.

    `forgotten` is the highest number of which only the receipts know; below and at it nothing
    can be told from here. `last` is the highest ever seen, -1 before the first message. `gaps`
    are the newest spans that have not come, `gap_count` counts every jump.
    """

    last: int = -1
    forgotten: int = -1
    gap_count: int = 0
    gaps: list[tuple[int, int]] = field(default_factory=list)
    _seen: dict[int, bytes] = field(default_factory=dict)
    _lowest: list[int] = field(default_factory=list)

    @classmethod
    def after(
        cls, last: int, gap_count: int = 0, gaps: Iterable[tuple[int, int]] = ()
    ) -> "SequenceBook":
        """Return the book of a gateway whose highest receipt is `last`, with the gaps known of it."""
        known = [(first, until) for first, until in gaps if until < last]
        return cls(last=last, forgotten=last, gap_count=gap_count, gaps=known[-GAPS_KEPT:])

    def judge(self, seq: int, digest: bytes) -> Judged:
        """Say what the message is; nothing is remembered yet."""
        known = self._seen.get(seq)
        if known is not None:
            return Judged(Verdict.REPEAT if known == digest else Verdict.ALTERED)
        if seq <= self.forgotten:
            return Judged(Verdict.UNKNOWN)
        if 0 <= self.last < seq - 1:
            return Judged(Verdict.NEW, (self.last + 1, seq - 1))
        return Judged(Verdict.NEW)

    def remember(self, seq: int, digest: bytes) -> None:
        """Note a message that goes on."""
        if 0 <= self.last < seq - 1:
            self.gap_count += 1
            self.gaps = [*self.gaps, (self.last + 1, seq - 1)]
        elif seq < self.last:
            self.gaps = [part for gap in self.gaps for part in _without(seq, gap)]
        self.gaps = self.gaps[-GAPS_KEPT:]
        self.last = max(self.last, seq)
        if seq not in self._seen:
            heappush(self._lowest, seq)
        self._seen[seq] = digest
        if len(self._seen) > REMEMBERED:
            # the lowest number goes, so that all above `forgotten` can be told for certain
            lowest = heappop(self._lowest)
            del self._seen[lowest]
            self.forgotten = max(self.forgotten, lowest)


def _without(seq: int, gap: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield what is left of a gap when one of its numbers has come."""
    first, last = gap
    if not first <= seq <= last:
        yield gap
        return
    if first < seq:
        yield first, seq - 1
    if seq < last:
        yield seq + 1, last
