"""From messages of READINGS to transitions: a pure function of the log (7.2, 7.3).

`Judging` knows what has been judged; `Session` knows what of it has been committed. Neither
knows a clock, a network or a database: a test can kill them wherever it likes.
"""

import logging
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from anlan.app.log_message import LogMessage
from anlan.engines.alarms import controls
from anlan.engines.alarms.judge import Judge, Judged
from anlan.engines.alarms.proof import Told
from anlan.engines.alarms.records import CONDITION_NAMES, KIND_NAMES, NEVER, Readings
from anlan.kernel.alerts.rules import LATE_AFTER_MS, Deafness, Progress, Transition
from anlan.kernel.base.bus import CONTROL, EXERCISE_SHARD, HTTP, MQTT, TICK
from anlan.kernel.base.ids import derived_ulid
from anlan.kernel.sensing import batch, control

log = logging.getLogger("anlan.engine")

CONDITION_NUMBERS = {name: number for number, name in enumerate(CONDITION_NAMES)}
#: The last moment that a timestamp of Python can name; a sensor may say anything.
LATEST_MS = 253_402_300_799_000


def change_of(said: control.Control) -> controls.Change:
    """Say a control message in the kernel's words."""
    if isinstance(said, control.LimitSet):
        return controls.LimitChange(
            number=said.number,
            condition=CONDITION_NUMBERS[said.condition],
            version=said.version,
            present=said.limit_id is not None,
            value=said.value,
            deadband=said.deadband,
            on_delay_ms=said.on_delay_ms,
            off_delay_ms=said.off_delay_ms,
            silence_ms=said.silence_ms,
        )
    if isinstance(said, control.Retirement):
        return controls.Retirement(number=said.number, version=said.version)
    return controls.Suppression(
        number=said.number,
        version=said.version,
        starts_ms=said.starts_ms,
        ends_ms=said.ends_ms,
    )


@dataclass(slots=True)
class Judging:
    """The judge at one place of one life of the log; `seq` is the last message it has heard.

    `deafness` is what that message ended, if it did.
    """

    epoch: str
    judge: Judge
    seq: int
    deafness: Deafness | None = None
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("unknown", "bad", "late", "refused"), 0)
    )

    def take(self, message: LogMessage) -> list[Transition]:
        """Judge one message; what cannot be read is counted and skipped, in a replay again."""
        if message.seq <= self.seq:
            return []
        self.seq, self.deafness = message.seq, None
        if message.shard == EXERCISE_SHARD:
            return []
        try:
            judged, known_ms = self._judged(message)
        except (batch.BatchError, control.ControlError, controls.ControlError) as error:
            self.counts["refused"] += 1
            log.warning("message %s of %s was skipped: %s", message.seq, self.epoch, error)
            return []
        for name in ("unknown", "bad", "late"):
            self.counts[name] += getattr(judged, name)
        if judged.deaf_ms:
            self.deafness = Deafness(
                from_ms=_nameable(known_ms - judged.deaf_ms), to_ms=_nameable(known_ms)
            )
        rows: Any = judged.transitions
        return [self._transition(message, row, known_ms) for row in rows]

    def _judged(self, message: LogMessage) -> tuple[Judged, int]:
        """Return what the judge says, and when the message reached us."""
        if message.kind in {MQTT, HTTP}:
            said = batch.decode(message.payload)
            if said.exercise_id is not None:
                return Judged(), said.arrived_ms
            columns = Readings(said.numbers, said.times_ms, said.values, said.quality)
            return self.judge.readings(columns, said.arrived_ms), said.arrived_ms
        if message.kind == TICK:
            at_ms = control.decode_tick(message.payload)
            # every shard has its own tick of the same second; one sweep is enough
            same = at_ms == self.judge.last_tick_ms
            return (Judged() if same else self.judge.tick(at_ms)), at_ms
        if message.kind == CONTROL:
            change = change_of(control.decode_control(message.payload))
            return self.judge.control(change, message.stored_ms), message.stored_ms
        raise control.ControlError(f"kind {message.kind!r} of message is not known")

    def _transition(self, message: LogMessage, row: Any, known_ms: int) -> Transition:
        at_ms = _nameable(int(row["at_ms"]))
        value = float(row["value"])
        return Transition(
            alarm_id=derived_ulid(at_ms, self.epoch, message.shard, message.seq, int(row["index"])),
            number=int(row["number"]),
            condition=CONDITION_NAMES[row["condition"]],
            kind=KIND_NAMES[int(row["kind"])],  # type: ignore[arg-type]  # the same four words
            at_ms=at_ms,
            known_ms=known_ms,
            value=value if isfinite(value) else None,
            limit_version=int(row["version"]),
        )


@dataclass(slots=True)
class Session:
    """One run of the engine: silent up to what is committed, aloud after it.

    `told` is set where the silent part could not be whole (no snapshot, a purged log, a new life
    of the log): the conditions that the database holds active; they count.
    """

    group: str
    judging: Judging
    committed: int
    told: Told | None = None
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

    def come_to_the_end_of_silence(self) -> None:
        """Believe the database once, before the first word is said aloud."""
        if self.told is not None:
            self.judging.judge.adopt(self.told)
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
        tick_ms = self.judging.judge.last_tick_ms
        progress = Progress(
            shard_group=self.group,
            epoch=self.judging.epoch,
            after_seq=self.committed,
            seq=self.judging.seq,
            tick_ms=None if tick_ms == NEVER else _nameable(tick_ms),
            deaf=tuple(self.deaf),
        )
        return [
            replace(one, late=now_ms - one.at_ms > LATE_AFTER_MS) for one in self.waiting
        ], progress

    def was_committed(self) -> None:
        """The transaction that wrote `output` has come back."""
        self.committed = self.judging.seq
        self.waiting.clear()
        self.deaf.clear()


def _nameable(ms: int) -> int:
    """Return the nearest moment that a timestamp can name."""
    return min(max(ms, 0), LATEST_MS)
