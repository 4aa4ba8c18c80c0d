"""The rules of alarm judgement once more: slow, plain, written from the text of README.md.

Nothing is taken from the code under test but the words of its messages (changes, readings).
"""

from dataclasses import dataclass, field
from math import isfinite, isnan

from anlan.engines.alarms.controls import Change, LimitChange, Suppression

CONDITIONS = ("HH", "H", "L", "LL", "rate", "range", "frozen")
BY_NUMBER = dict(enumerate((*CONDITIONS, "silent")))
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
    low: float = 0.0
    window_ms: int = 0


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
    traced: list[tuple[int, float]] = field(default_factory=list)
    stretch: list[tuple[int, float]] = field(default_factory=list)


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
        if quality == 0 or isnan(value) or not isfinite(value):
            return
        if point.last_ms is not None and time_ms <= point.last_ms:
            return
        point.heard_ms = arrived_ms if point.heard_ms is None else max(point.heard_ms, arrived_ms)
        if "silent" in point.raised_ms:
            self._returned(number, "silent", arrived_ms)
        if point.retired:
            return
        point.last_ms, point.last_value, point.clock_ms = time_ms, value, point.heard_ms
        for condition in CONDITIONS:
            if condition in point.rules:
                self._limit(number, condition)

    def _limit(self, number: int, condition: str) -> None:
        point = self.points[number]
        if condition == "frozen":
            self._frozen(number)
            return
        wanted = self._wanted(point, condition)
        if wanted is not None:
            self._wait(number, condition, wanted)

    def _wanted(self, point: Point, condition: str) -> bool | None:
        """Tell whether the last reading wants the condition to turn; None: it cannot be judged."""
        rule, value, now_ms = point.rules[condition], point.last_value, point.last_ms
        assert value is not None
        assert now_ms is not None
        active = condition in point.raised_ms
        if condition in {"HH", "H"}:
            return value < rule.limit - rule.deadband if active else value >= rule.limit
        if condition in {"LL", "L"}:
            return value > rule.limit + rule.deadband if active else value <= rule.limit
        if condition == "range":
            inside = rule.low + rule.deadband <= value <= rule.limit - rule.deadband
            return inside if active else not rule.low <= value <= rule.limit
        old = [(at, was) for at, was in point.traced if now_ms - at >= rule.window_ms]
        if not point.traced or now_ms - point.traced[-1][0] >= rule.window_ms // 8:
            point.traced = [*point.traced[-8:], (now_ms, value)]
        if not old:
            return None
        then_ms, was = old[-1]
        rate = abs(value - was) / ((now_ms - then_ms) / 1000)
        return rate < rule.limit - rule.deadband if active else rate >= rule.limit

    def _wait(self, number: int, condition: str, wanted: bool) -> None:  # noqa: FBT001
        point = self.points[number]
        rule = point.rules[condition]
        assert point.last_ms is not None
        if not wanted:
            point.pending.pop(condition, None)
            return
        active = condition in point.raised_ms
        since_ms = point.pending.setdefault(condition, point.last_ms)
        delay_ms = rule.off_delay_ms if active else rule.on_delay_ms
        if point.last_ms < since_ms + delay_ms:
            return
        del point.pending[condition]
        if active:
            self._returned(number, condition, since_ms + delay_ms)
        else:
            self._raised(number, condition, since_ms + delay_ms)

    def _frozen(self, number: int) -> None:
        point = self.points[number]
        rule = point.rules["frozen"]
        assert point.last_value is not None
        assert point.last_ms is not None
        here = (point.last_ms, point.last_value)
        values = [value for _, value in (*point.stretch, here)]
        moved = max(values) - min(values) >= rule.limit
        point.stretch = [here] if moved else [*point.stretch, here]
        if "frozen" in point.raised_ms:
            if moved:
                self._returned(number, "frozen", point.last_ms)
        elif point.last_ms >= point.stretch[0][0] + rule.window_ms:
            self._raised(number, "frozen", point.stretch[0][0] + rule.window_ms)

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
        elif change.retired or point.retired:
            point.retired = change.retired
            for condition in (*CONDITIONS, "silent"):
                if condition in point.raised_ms:
                    self._returned(change.number, condition, at_ms)
            point.pending.clear()
            point.traced.clear()
            point.stretch.clear()
            point.heard_ms = None
        return self.events

    def _change_limit(self, change: LimitChange, name: str, point: Point, at_ms: int) -> None:
        point.pending.pop(name, None)
        if name == "rate":
            point.traced.clear()
        if name == "frozen":
            point.stretch.clear()
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
                low=change.low,
                window_ms=change.window_ms,
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
