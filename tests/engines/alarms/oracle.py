"""The rules of alarm judgement once more: slow, plain, written from the text of README.md.

Nothing is taken from the code under test but the words of its messages (changes, readings).
"""

from dataclasses import dataclass, field
from math import isfinite, isnan

from anlan.engines.alarms.controls import Change, LimitChange, Suppression

CONDITIONS = ("HH", "H", "L", "LL")
BY_NUMBER = {0: "HH", 1: "H", 2: "L", 3: "LL", 7: "silent"}
DEAF_MS = 10_000


@dataclass(frozen=True)
class Event:
    """A transition in words; NaN values are written as None so that events compare."""

    number: int
    condition: str
    kind: str
    at_ms: int
    value: float | None
    limit: float
    version: int
    index: int


@dataclass
class Rule:
    """A limit in force, or a silence (`limit` is then its ms)."""

    limit: float
    version: int
    deadband: float = 0.0
    on_delay_ms: int = 0
    off_delay_ms: int = 0


@dataclass
class Point:
    """One datastream as a person would keep it on a card."""

    rules: dict[str, Rule] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    retired: bool = False
    window: tuple[int, int] = (0, 0)
    suppressed: bool = False
    last_ms: int | None = None
    last_value: float | None = None
    heard_ms: int | None = None
    clock_ms: int | None = None
    pending: dict[str, int] = field(default_factory=dict)
    raised_ms: dict[str, int] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)


class Oracle:
    """Judges one message at a time; `events` are the transitions of the last one."""

    def __init__(self) -> None:
        self.points: dict[int, Point] = {}
        self.last_tick_ms: int | None = None
        self.events: list[Event] = []

    def readings(self, rows: list[tuple[int, int, float, int]], arrived_ms: int) -> list[Event]:
        self.events = []
        for number, time_ms, value, quality in rows:
            if number in self.points:
                self._reading(number, time_ms, value, quality, arrived_ms)
        return self.events

    def _reading(
        self, number: int, time_ms: int, value: float, quality: int, arrived_ms: int
    ) -> None:
        point = self.points[number]
        point.heard_ms = arrived_ms if point.heard_ms is None else max(point.heard_ms, arrived_ms)
        if "silent" in point.raised_ms:
            self._returned(number, "silent", arrived_ms)
        if quality == 0 or isnan(value) or not isfinite(value) or point.retired:
            return
        if point.last_ms is not None and time_ms <= point.last_ms:
            return
        point.last_ms, point.last_value, point.clock_ms = time_ms, value, point.heard_ms
        for condition in CONDITIONS:
            if condition in point.rules:
                self._limit(number, condition)

    def _limit(self, number: int, condition: str) -> None:
        point = self.points[number]
        rule = point.rules[condition]
        assert point.last_value is not None
        assert point.last_ms is not None
        active = condition in point.raised_ms
        if condition in {"HH", "H"}:
            beyond = point.last_value >= rule.limit
            back = point.last_value < rule.limit - rule.deadband
        else:
            beyond = point.last_value <= rule.limit
            back = point.last_value > rule.limit + rule.deadband
        if not (back if active else beyond):
            point.pending.pop(condition, None)
            return
        since_ms = point.pending.setdefault(condition, point.last_ms)
        delay_ms = rule.off_delay_ms if active else rule.on_delay_ms
        if point.last_ms < since_ms + delay_ms:
            return
        del point.pending[condition]
        if active:
            self._returned(number, condition, since_ms + delay_ms)
        else:
            self._raised(number, condition, since_ms + delay_ms)

    def tick(self, at_ms: int) -> list[Event]:
        self.events = []
        before_ms, deaf = self.last_tick_ms, False
        if before_ms is not None:
            if before_ms - DEAF_MS <= at_ms < before_ms:
                return []
            deaf = at_ms > before_ms + DEAF_MS or at_ms < before_ms - DEAF_MS
        self.last_tick_ms = at_ms
        for number in sorted(self.points):
            point = self.points[number]
            if not point.retired:
                if deaf or point.heard_ms is None:
                    point.heard_ms = point.clock_ms = at_ms
                self._tick(number, point, at_ms)
        return self.events

    def _look_at_window(self, number: int, point: Point, at_ms: int) -> None:
        point.suppressed = point.window[0] <= at_ms < point.window[1]
        for condition in (*CONDITIONS, "silent"):
            if (
                not point.suppressed
                and condition in point.raised_ms
                and condition not in point.told
            ):
                self._raised(number, condition, at_ms)

    def _tick(self, number: int, point: Point, at_ms: int) -> None:
        self._look_at_window(number, point, at_ms)
        for condition in CONDITIONS:
            if condition in point.pending and condition not in point.raised_ms:
                assert point.last_ms is not None
                assert point.clock_ms is not None
                due_ms = point.pending[condition] + point.rules[condition].on_delay_ms
                if point.last_ms + at_ms - point.clock_ms >= due_ms:
                    del point.pending[condition]
                    self._raised(number, condition, due_ms)
        silence = point.rules.get("silent")
        assert point.heard_ms is not None
        if silence and "silent" not in point.raised_ms and at_ms >= point.heard_ms + silence.limit:
            self._raised(number, "silent", at_ms)

    def control(self, change: Change, at_ms: int) -> list[Event]:
        self.events = []
        point = self.points.setdefault(change.number, Point())
        name = (
            BY_NUMBER[change.condition]
            if isinstance(change, LimitChange)
            else type(change).__name__
        )
        if change.version <= point.versions.get(name, 0):
            return []
        point.versions[name] = change.version
        if isinstance(change, LimitChange):
            self._change_limit(change, name, point, at_ms)
        elif isinstance(change, Suppression):
            point.window = (change.starts_ms, change.ends_ms)
            self._look_at_window(change.number, point, at_ms)
        else:
            point.retired = change.retired
            for condition in (*CONDITIONS, "silent"):
                if condition in point.raised_ms:
                    self._returned(change.number, condition, at_ms)
            point.pending.clear()
            point.heard_ms = None
        return self.events

    def _change_limit(self, change: LimitChange, name: str, point: Point, at_ms: int) -> None:
        point.pending.pop(name, None)
        if not change.present:
            if name in point.raised_ms:
                self._returned(change.number, name, at_ms)
            point.rules.pop(name, None)
        elif name == "silent":
            point.rules[name] = Rule(limit=change.silence_ms, version=change.version)
        else:
            point.rules[name] = Rule(
                limit=change.value,
                version=change.version,
                deadband=change.deadband,
                on_delay_ms=change.on_delay_ms,
                off_delay_ms=change.off_delay_ms,
            )

    def _raised(self, number: int, condition: str, at_ms: int) -> None:
        point = self.points[number]
        point.raised_ms[condition] = at_ms
        if not point.suppressed:
            point.told.add(condition)
            self._tell(number, condition, "raised", at_ms)

    def _returned(self, number: int, condition: str, at_ms: int) -> None:
        point = self.points[number]
        at_ms = max(at_ms, point.raised_ms.pop(condition))
        if condition in point.told:
            point.told.discard(condition)
            self._tell(number, condition, "returned", at_ms)

    def _tell(self, number: int, condition: str, kind: str, at_ms: int) -> None:
        point = self.points[number]
        rule = point.rules[condition]
        self.events.append(
            Event(
                number=number,
                condition=condition,
                kind=kind,
                at_ms=at_ms,
                value=point.last_value,
                limit=rule.limit,
                version=rule.version,
                index=len(self.events),
            )
        )
