"""One run of the engine: what has been judged and not committed yet (7.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from msgspec.structs import replace

from anlan.app.judging import nameable
from anlan.app.log_message import LogMessage
from anlan.engines.alarms.proof import Told
from anlan.engines.alarms.records import NEVER
from anlan.kernel.alerts.rules import LATE_AFTER_MS, Deafness, Progress, Transition


class Judgement(Protocol):
    """What judges the log: `Judging` real readings, `ExerciseJudging` those of exercises."""

    epoch: str
    seq: int
    deafness: Deafness | None

    @property
    def tick_ms(self) -> int:
        """Return the last moment that the log has named, NEVER before the first."""

    def take(self, message: LogMessage) -> list[Transition]:
        """Judge one message."""

    def adopt(self, told: Mapping[str | None, Told]) -> None:
        """Believe the database's memory of active alarms, by exercise."""

    def dump(self) -> bytes:
        """Return everything as bytes."""


@dataclass(slots=True)
class Session:
    """One run of the engine: silent up to what is committed, aloud after it.

    `told` is set where the silent part could not be whole (no snapshot, a purged log, a new life
    of the log): the conditions that the database holds active; they count. `fence` is what makes it
    the one writer.
    """

    group: str
    judging: Judgement
    committed: int
    told: Mapping[str | None, Told] | None = None
    fence: str = ""
    waiting: list[Transition] = field(default_factory=list)
    deaf: list[Deafness] = field(default_factory=list)

    def take(self, message: LogMessage) -> None:
        """Hear one message; what it causes waits for a commit, or was committed long ago."""
        if message.seq > self.committed:
            self.come_to_the_end_of_silence()
        transitions = self.judging.take(message)
        if message.seq > self.committed:
            self.waiting += transitions
            if self.judging.deafness is not None:
                self.deaf.append(self.judging.deafness)
        elif not self.is_silent:
            self.come_to_the_end_of_silence()

    def come_to_the_end_of_silence(self) -> None:
        """Believe the database once, before the first word is said aloud and before any snapshot.

        A snapshot of a judge that does not believe yet would be taken for a whole one.
        """
        if self.told is not None:
            self.judging.adopt(self.told)
            self.told = None

    @property
    def is_ahead(self) -> bool:
        """Tell whether more has been judged than is committed."""
        return self.judging.seq > self.committed

    @property
    def is_silent(self) -> bool:
        """Tell whether messages are still heard that were judged before."""
        return self.judging.seq < self.committed

    def output(self, now_ms: int) -> tuple[list[Transition], Progress]:
        """Return what one transaction has to write; the same again until it was written."""
        tick_ms = self.judging.tick_ms
        progress = Progress(
            shard_group=self.group,
            epoch=self.judging.epoch,
            after_seq=self.committed,
            seq=self.judging.seq,
            tick_ms=None if tick_ms == NEVER else nameable(tick_ms),
            deaf=tuple(self.deaf),
            fence=self.fence,
        )
        late_ms = now_ms - LATE_AFTER_MS
        return [
            replace(one, late=True) if one.at_ms < late_ms else one for one in self.waiting
        ], progress

    def was_committed(self) -> None:
        """The transaction that wrote `output` has come back."""
        self.committed = self.judging.seq
        self.waiting.clear()
        self.deaf.clear()
