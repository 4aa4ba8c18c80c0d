"""A log, a database and a night of messages, all in memory, to kill engines in."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from anlan.app.judging import Judging, change_of
from anlan.app.log_message import LogMessage, LogSpan
from anlan.engines.alarms import controls
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.engines.alarms.proof import Told
from anlan.kernel.alerts.rules import Progress, Transition
from anlan.kernel.sensing.batch import Batch, columns_of, encode
from anlan.kernel.sensing.control import (
    Control,
    LimitSet,
    SuppressionSet,
    decode_control,
    encode_control,
    encode_tick,
)

EPOCH = "01K0000000000000000000EP0A"
OTHER_EPOCH = "01K0000000000000000000EP0B"
START_MS = 1_760_000_000_000


def chance_of(seed: int) -> random.Random:
    """Return chance that can be repeated."""
    return random.Random(seed)  # noqa: S311 - not a secret


def readings(
    seq: int,
    *rows: tuple[int, int, float],
    at_ms: int,
    exercise_id: str | None = None,
    shard: int = 0,
    gateway: str = "G",
) -> LogMessage:
    """Say (number, time, value) rows that arrive at a moment."""
    columns = columns_of([(*row, 192) for row in rows])
    batch = Batch(gateway=gateway, seq=seq, arrived_ms=at_ms, exercise_id=exercise_id, **columns)
    return LogMessage(seq, shard, "m", encode(batch), at_ms)


def tick(seq: int, at_ms: int, shard: int = 0) -> LogMessage:
    """Say what time it is."""
    return LogMessage(seq, shard, "t", encode_tick(at_ms), at_ms)


def control(seq: int, change: Control, at_ms: int = START_MS) -> LogMessage:
    """Say a change."""
    return LogMessage(seq, 0, "c", encode_control(change), at_ms)


def limit(number: int, version: int, condition: str = "HH", **given: float | None) -> LimitSet:
    """Ask for HH 90, deadband 1, unless told otherwise; `present=None` takes it away."""
    return LimitSet(
        number=number,
        condition=condition,  # type: ignore[arg-type]
        limit_id=None if given.get("present", 1.0) is None else "L",
        value=given.get("value") or 90.0,
        deadband=1.0,
        on_delay_ms=int(given.get("on_delay_ms") or 0),
        off_delay_ms=int(given.get("off_delay_ms") or 0),
        silence_ms=int(given.get("silence_ms") or 0),
        version=version,
    )


def a_night(seed: int, count: int = 250) -> list[LogMessage]:
    """Readings of four sensors with repeats and stragglers, ticks, limits changed in flight."""
    chance = chance_of(seed)
    log: list[LogMessage] = []
    at_ms = START_MS
    for seq in range(1, count + 1):
        at_ms += chance.choice([0, 10, 200, 500, 1000, 1000])
        kind = chance.random()
        if seq <= 4:
            log.append(control(seq, limit(seq, 1, on_delay_ms=chance.choice([0, 2000])), at_ms))
        elif kind < 0.5:
            rows = [
                (
                    chance.randint(1, 4),
                    at_ms + chance.choice([-3000, -100, 0, 0]),
                    chance.choice([50.0, 89.5, 88.0, 95.0, 95.0]),
                )
                for _ in range(chance.randint(1, 6))
            ]
            log.append(readings(seq, *rows, at_ms=at_ms))
        elif kind < 0.85:
            log.append(tick(seq, at_ms))
        else:
            log.append(control(seq, _a_change(chance, seq, at_ms), at_ms))
    return log


def _a_change(chance: random.Random, version: int, at_ms: int) -> Control:
    number = chance.randint(1, 4)
    kind = chance.random()
    if kind < 0.2:
        return limit(number, version, "silent", silence_ms=3000)
    if kind < 0.4:
        return SuppressionSet(
            number=number,
            suppression_id="S",
            starts_ms=at_ms,
            ends_ms=at_ms + 3000,
            version=version,
        )
    given: dict[str, float | None] = {
        "value": chance.choice([80.0, 90.0]),
        "on_delay_ms": chance.choice([0, 2000]),
        "off_delay_ms": chance.choice([0, 1500]),
        "present": chance.choice([1.0, 1.0, 1.0, None]),
    }
    return limit(number, version, "HH", **given)


def truth_of(log: list[LogMessage]) -> list[Transition]:
    """Return what an engine says that nobody ever kills."""
    judging = Judging(EPOCH, Judge(Kernel()), 0)
    return [one for message in log for one in judging.take(message)]


def span_of(log: list[LogMessage], epoch: str = EPOCH) -> LogSpan:
    """Return what a log holds."""
    return LogSpan(epoch, log[0].seq if log else 1, log[-1].seq if log else 0)


def asked_before(log: list[LogMessage], before: int) -> list[controls.Change]:
    """Return what the log asks for before a message: of each kind and condition the newest."""
    newest: dict[tuple[object, ...], controls.Change] = {}
    for message in log:
        if message.kind != "c" or message.seq >= before:
            continue
        change = change_of(decode_control(message.payload))
        key = (type(change), change.number, getattr(change, "condition", None))
        if key not in newest or change.version > newest[key].version:
            newest[key] = change
    return list(newest.values())


@dataclass
class FakeMemory:
    """A database: what was committed, and what it would answer."""

    committed: list[Transition] = field(default_factory=list)
    at: tuple[str, int] | None = None
    changes: list[controls.Change] = field(default_factory=list)
    active: dict[int, int] = field(default_factory=dict)
    causes: set[str] = field(default_factory=set)

    def commit(self, transitions: list[Transition], progress: Progress) -> None:
        """Write output and position together; a position that is not the last is refused."""
        if self.at is not None and self.at[0] == progress.epoch:
            assert self.at[1] == progress.after_seq, "fenced"
        self.at = (progress.epoch, progress.seq)
        self.committed += transitions
        for one in transitions:
            if one.is_group:
                if one.kind == "returned":
                    self.causes.discard(one.cause_key)
                else:
                    self.causes.add(one.cause_key)
                continue
            bit = 1 << ["HH", "H", "L", "LL", "rate", "range", "frozen", "silent"].index(
                one.condition
            )
            before = self.active.get(one.number, 0)
            if one.kind in {"raised", "returned"}:
                self.active[one.number] = before | bit if one.kind == "raised" else before & ~bit

    def progress(self) -> tuple[str, int] | None:
        """Return the position."""
        return self.at

    def configuration(self, epoch: str, before: int) -> list[controls.Change]:
        """Return what the test put in."""
        del epoch, before
        return self.changes

    def told(self) -> Mapping[str | None, Told]:
        """Return the active alarms."""
        active = {number: bits for number, bits in self.active.items() if bits}
        return {None: Told(active=active, causes=frozenset(self.causes))}
