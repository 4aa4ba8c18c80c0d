"""The alarm kernel beside its numpy twin and beside a loop over readings: same feed, same run.

Rates are per second of one core's CPU time, because the machine is shared; times of single
batches are wall time. The three must find the same transitions, or the bench stops.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter_ns, process_time_ns
from typing import Any

import numpy as np

from anlan.app.bench import reading_loop
from anlan.app.bench.report import Report, Row, less_is_better, more_is_better, new_report
from anlan.engines.alarms import kernel
from anlan.engines.alarms.judge import Stepper
from anlan.engines.alarms.records import (
    HH,
    LL,
    SILENT_BIT,
    VALUE_BITS,
    Book,
    H,
    L,
    Readings,
    new_config,
    new_state,
)
from anlan.engines.alarms.twin import Twin

SENSORS = (1_000_000, 100_000)
BATCHES = (100, 1_000, 10_000)
FEEDS = ("quiet", "noisy")
LIMITS = {HH: 90.0, H: 80.0, L: 20.0, LL: 10.0}
DEADBAND = 1.0
ON_DELAY_MS, OFF_DELAY_MS = 0, 500
SILENCE_MS = 600_000
#: decisions.md, performance goals: a regression guard, not a boast.
TARGET_M_PER_S = 10.0
TARGET_TICK_MS = 20.0
RATE = "M readings/s"


@dataclass(frozen=True, slots=True)
class Feed:
    """The batches of one case."""

    sensors: int
    batches: list[Readings]

    @property
    def readings(self) -> int:
        """How many readings there are in all."""
        return sum(len(batch.numbers) for batch in self.batches)


def run(*, quick: bool, say: Callable[[str], None] = lambda _: None) -> Report:
    """Measure every case; `quick` takes fewer readings of each and stays under a minute."""
    kernel.warm()
    report = new_report("kernel", quick=quick)
    readings = 100_000 if quick else 1_000_000
    for sensors in SENSORS:
        for name in FEEDS:
            for batch in BATCHES:
                say(f"{sensors} sensors, {name}, batches of {batch}")
                report.rows.extend(_case(name, feed(name, sensors, batch, readings), batch))
    report.rows.append(_tick(SENSORS[0]))
    report.rows.append(_tick(SENSORS[0], look_at_all=True))
    return report


def feed(name: str, sensors: int, batch: int, readings: int) -> Feed:
    """Make a feed with a fixed seed: random order, some sensors several times in a batch.

    Quiet: one reading in a thousand jumps over a limit; noisy: about one in three is beyond one.
    """
    random = np.random.default_rng(20261101)
    spread = 15.0 if name == "quiet" else 30.0
    batches = []
    for at in range(max(3, readings // batch)):
        values = 50.0 + np.clip(random.normal(0.0, spread / 3, batch), -spread, spread)
        if name == "quiet":
            values[random.random(batch) < 0.001] = 95.0
        else:
            values = random.uniform(0.0, 100.0, batch)
            values[random.random(batch) < 0.5] = 50.0
        batches.append(
            Readings(
                numbers=random.integers(0, sensors, batch, np.int32),
                times_ms=np.arange(batch, dtype=np.int64) + at * 20_000,
                values=values,
                quality=np.where(random.random(batch) < 0.0005, 0, 192).astype(np.uint8),
            )
        )
    return Feed(sensors, batches)


def records(sensors: int) -> Book:
    """Return all sensors, never heard: four limits and a time of silence each."""
    config: Any = new_config(sensors)
    config["registered"] = 1
    config["present"] = VALUE_BITS | SILENT_BIT
    for condition, limit in LIMITS.items():
        config["limit"][:, condition] = limit
    config["calm_low"], config["calm_high"] = LIMITS[L], LIMITS[H]
    config["deadband"] = DEADBAND
    config["on_delay_ms"], config["off_delay_ms"] = ON_DELAY_MS, OFF_DELAY_MS
    config["silence_ms"] = SILENCE_MS
    return Book(config, new_state(sensors))


def _case(name: str, given: Feed, batch: int) -> Iterator[Row]:
    """Run the three side by side over one feed."""
    fast, found, times_ms = _stepped(kernel.Kernel(), given)
    slow, by_twin, twin_times_ms = _stepped(Twin(), given)
    loop, by_loop = _looped(given)
    if not found == by_twin == by_loop:
        raise RuntimeError(f"kernel {found}, twin {by_twin}, loop {by_loop} transitions")
    case = f"{name}.{given.sensors}.{batch}"
    target = TARGET_M_PER_S if batch >= 1000 and name == "quiet" else None
    yield more_is_better(
        f"{case}.rate.vs_twin", fast, RATE, target=target, peer="numpy twin", peer_value=slow
    )
    yield more_is_better(
        f"{case}.rate.vs_loop", fast, RATE, target=target, peer="per-reading loop", peer_value=loop
    )
    yield less_is_better(
        f"{case}.batch_p99.vs_twin",
        float(np.percentile(times_ms, 99)),
        "ms",
        target=None,
        peer="numpy twin",
        peer_value=float(np.percentile(twin_times_ms, 99)),
    )


def _stepped(stepper: Stepper, given: Feed) -> tuple[float, int, list[float]]:
    """Return (million readings per CPU second, transitions, wall ms of each batch)."""
    book = records(given.sensors)
    transitions, times_ms = 0, []
    cpu_ns = process_time_ns()
    for batch in given.batches:
        began_ns = perf_counter_ns()
        transitions += len(stepper.batch(batch, int(batch.times_ms[-1]), book)[0])
        times_ms.append((perf_counter_ns() - began_ns) / 1e6)
    cpu_ns = process_time_ns() - cpu_ns
    return given.readings * 1e3 / cpu_ns, transitions, times_ms


def _looped(given: Feed) -> tuple[float, int]:
    """Return (million readings per CPU second, transitions) of the loop in plain Python."""
    limits = tuple(
        reading_loop.LoopLimit(
            condition, 1.0 if condition < L else -1.0, value, DEADBAND, ON_DELAY_MS, OFF_DELAY_MS
        )
        for condition, value in LIMITS.items()
    )
    by_number = dict.fromkeys(range(given.sensors), limits)
    sensors: dict[int, reading_loop.Sensor] = {}
    batches = [
        list(zip(*(column.tolist() for column in batch), strict=True)) for batch in given.batches
    ]
    cpu_ns = process_time_ns()
    transitions = sum(len(reading_loop.step(sensors, by_number, rows)) for rows in batches)
    cpu_ns = process_time_ns() - cpu_ns
    return given.readings * 1e3 / cpu_ns, transitions


def _tick(sensors: int, *, look_at_all: bool = False) -> Row:
    """Measure one tick: as it is, or as if time could now change something in every block."""
    best = {}
    for name, stepper in (("kernel", kernel.Kernel()), ("twin", Twin())):
        book = records(sensors)
        times_ms = []
        for at_ms in range(0, 7000, 1000):
            if look_at_all:
                book.look_at_all()
            began_ns = perf_counter_ns()
            stepper.tick(at_ms, restart=False, book=book)
            times_ms.append((perf_counter_ns() - began_ns) / 1e6)
        best[name] = float(np.median(times_ms[1:]))
    return less_is_better(
        f"tick.{sensors}.{'all_due.' if look_at_all else ''}vs_twin",
        best["kernel"],
        "ms",
        target=TARGET_TICK_MS,
        peer="numpy twin",
        peer_value=best["twin"],
    )
