"""From messages of READINGS to transitions: a pure function of the log (7.2, 7.3).

`Judging` knows what has been judged; `session.Session` knows what of it has been committed.
Neither knows a clock, a network or a database: a test can kill them wherever it likes.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np

from anlan.app.log_message import LogMessage
from anlan.engines.alarms import controls, snapshot
from anlan.engines.alarms.causes import Turn
from anlan.engines.alarms.judge import Judge, Judged, Stepper
from anlan.engines.alarms.proof import Told
from anlan.engines.alarms.records import CONDITION_NAMES, KIND_NAMES, Readings
from anlan.kernel.alerts.rules import GROUP, Deafness, Transition
from anlan.kernel.base.bus import CONTROL, EXERCISE_SHARD, HTTP, MQTT, TICK
from anlan.kernel.base.ids import derived_ulid, derived_ulids
from anlan.kernel.sensing import batch, control

log = logging.getLogger("anlan.engine")

CONDITION_NUMBERS = {name: number for number, name in enumerate(CONDITION_NAMES)}
#: What a message that cannot be judged raises.
UNREADABLE = (batch.BatchError, control.ControlError, controls.ControlError)
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
            low=said.low,
            window_ms=said.window_ms,
            gateway=said.gateway,
            device=said.device,
        )
    if isinstance(said, control.Retirement):
        return controls.Retirement(number=said.number, version=said.version, retired=said.retired)
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
        except UNREADABLE as error:
            self.counts["refused"] += 1
            log.warning("message %s of %s was skipped: %s", message.seq, self.epoch, error)
            return []
        for name in ("unknown", "bad", "late"):
            self.counts[name] += getattr(judged, name)
        if judged.deaf_ms:
            self.deafness = Deafness(
                from_ms=nameable(known_ms - judged.deaf_ms), to_ms=nameable(known_ms)
            )
        cause = (self.epoch, message.shard, message.seq)
        groups = [group_of(turn, known_ms, (*cause, turn.cause)) for turn in judged.turns]
        return groups + transitions_of(judged, known_ms, cause)

    def _judged(self, message: LogMessage) -> tuple[Judged, int]:
        """Return what the judge says, and when the message reached us."""
        if message.kind in {MQTT, HTTP}:
            said = batch.decode(message.payload)
            if said.exercise_id is not None:
                return Judged(), said.arrived_ms
            columns = Readings(said.numbers, said.times_ms, said.values, said.quality)
            judged = self.judge.readings(columns, said.arrived_ms, gateway=said.gateway)
            return judged, said.arrived_ms
        if message.kind == TICK:
            at_ms = control.decode_tick(message.payload)
            # every shard has its own tick of the same second; one sweep is enough
            same = at_ms == self.judge.last_tick_ms
            return (Judged() if same else self.judge.tick(at_ms)), at_ms
        if message.kind == CONTROL:
            change = change_of(control.decode_control(message.payload))
            return self.judge.control(change, message.stored_ms), message.stored_ms
        raise control.ControlError(f"kind {message.kind!r} of message is not known")

    @property
    def tick_ms(self) -> int:
        """Return the last moment that the log has named."""
        return self.judge.last_tick_ms

    def configure(self, changes: Iterable[controls.Change]) -> None:
        """Take over what stood in the log before the first message that will be heard."""
        for change in changes:
            self.judge.control(change, 0)

    def adopt(self, told: Mapping[str | None, Told]) -> None:
        """Believe the database's memory of the active real alarms."""
        self.judge.adopt(told.get(None, Told(active={})))

    def dump(self) -> bytes:
        """Return the judge and its place as bytes."""
        return snapshot.dump(self.judge, {"epoch": self.epoch, "seq": self.seq})

    @classmethod
    def load(cls, data: bytes, stepper: Stepper) -> "Judging":
        """Read what `dump` wrote. Raises SnapshotError."""
        judge, about = snapshot.load(data, stepper)
        return cls(about["epoch"], judge, about["seq"])


def transitions_of(
    judged: Judged, known_ms: int, cause: tuple[object, ...], exercise_id: str | None = None
) -> list[Transition]:
    """Say the kernel's transitions in the words of alarms; the id of each is made of its cause."""
    rows: Any = judged.transitions
    moments = np.clip(rows["at_ms"], 0, LATEST_MS).tolist()
    ids = derived_ulids(moments, cause, rows["index"])
    columns = [rows[name].tolist() for name in ("number", "condition", "kind", "value", "version")]
    return [
        Transition(
            alarm_id=ids[at],
            number=number,
            condition=CONDITION_NAMES[condition],
            kind=KIND_NAMES[kind],  # type: ignore[arg-type]  # the same four words
            at_ms=moments[at],
            known_ms=known_ms,
            value=value if isfinite(value) else None,
            limit_version=version,
            exercise_id=exercise_id,
            cause_key=judged.causes.get(at, ""),
        )
        for at, (number, condition, kind, value, version) in enumerate(zip(*columns, strict=True))
    ]


def group_of(turn: Turn, known_ms: int, cause: tuple[object, ...]) -> Transition:
    """Say a turn of a group in the words of alarms; its value is how many belong to it."""
    at_ms = nameable(turn.at_ms)
    return Transition(
        alarm_id=derived_ulid(at_ms, *cause),
        number=GROUP,
        condition=turn.cause.partition(":")[0],
        kind=turn.kind,  # type: ignore[arg-type]  # three of the same words
        at_ms=at_ms,
        known_ms=known_ms,
        value=float(turn.members) if turn.members else None,
        limit_version=0,
        cause_key=turn.cause,
    )


def nameable(ms: int) -> int:
    """Return the nearest moment that a timestamp can name."""
    return min(max(ms, 0), LATEST_MS)
