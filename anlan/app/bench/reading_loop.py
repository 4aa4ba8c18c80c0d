"""The peer of the alarm kernel: the loop over readings that anyone would write first in Python.

Same limits, deadbands and delays, a dict of sensors; it is written to be fast, not to lose.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LoopLimit:
    """One limit; `sign` is -1 for a low one."""

    condition: int
    sign: float
    limit: float
    deadband: float
    on_delay_ms: int
    off_delay_ms: int


@dataclass(slots=True)
class Sensor:
    """What is remembered of one sensor."""

    last_ms: int = -(2**62)
    active: set[int] = field(default_factory=set)
    since_ms: dict[int, int] = field(default_factory=dict)


def step(
    sensors: dict[int, Sensor],
    limits: dict[int, tuple[LoopLimit, ...]],
    rows: list[tuple[int, int, float, int]],
) -> list[tuple[int, int, int, int]]:
    """Judge (number, time_ms, value, quality) rows; returns (number, condition, kind, at_ms)."""
    transitions = []
    for number, time_ms, value, quality in rows:
        sensor = sensors.get(number)
        if sensor is None:
            sensor = sensors[number] = Sensor()
        if quality == 0 or time_ms <= sensor.last_ms:
            continue
        sensor.last_ms = time_ms
        for rule in limits[number]:
            turned = _judge(sensor, rule, rule.sign * value, time_ms)
            if turned is not None:
                transitions.append((number, rule.condition, *turned))
    return transitions


def _judge(sensor: Sensor, rule: LoopLimit, value: float, time_ms: int) -> tuple[int, int] | None:
    """Return (kind, time) if the condition turns."""
    limit = rule.sign * rule.limit
    condition = rule.condition
    active = condition in sensor.active
    if value >= limit - rule.deadband if active else value < limit:
        if sensor.since_ms:
            sensor.since_ms.pop(condition, None)
        return None
    delay_ms = rule.off_delay_ms if active else rule.on_delay_ms
    since_ms = sensor.since_ms.setdefault(condition, time_ms) if delay_ms else time_ms
    if time_ms - since_ms < delay_ms:
        return None
    sensor.since_ms.pop(condition, None)
    if active:
        sensor.active.discard(condition)
        return 2, since_ms + delay_ms
    sensor.active.add(condition)
    return 1, since_ms + delay_ms
