"""What the bench of history is fed: invented gateways of 500 tags, and recorded series where they are.

A quarter of the datastreams each: pressure (steps of 0.001), level (1), temperature (0.1), gas (0.1).
Values are mean-reverting walks; a gateway polls its tags once a minute at a phase of its own, each
reading off by 8 ms of jitter; a poll is one message. Every day is the same chance dealt to other
datastreams, so that a month is made in seconds and no file is easier than another. Seeded.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.rows import Rows
from anlan.adapters.parquet_history.tiers import DAY_MS
from anlan.kernel.sensing.batch import Batch, columns_of
from anlan.kernel.sensing.resolutions import Resolutions

#: Midnight of the bureau's 2026-08-01.
FIRST_DAY = 1_785_513_600_000
JITTER_MS = 8.0
A_MESSAGE = 500
#: Tags of a gateway are polled within a second, and the message arrives half a second later.
POLL_MS, ARRIVES_MS = 1_000, 1_500
GATEWAY = "01K5000000000000000000000G"
GOOD = 192
#: By what is left over when a number is divided by four: step, and the walk's size in steps.
KINDS = (
    ("pressure", 0.001, 2.0),
    ("level", 1.0, 0.3),
    ("temperature", 0.1, 1.0),
    ("gas", 0.1, 0.7),
)
PULL = 0.02
CENTRE = 500.0


@dataclass(frozen=True, slots=True)
class Load:
    """Datastreams 0, 1, 2 ... over some days, read every `every_ms`."""

    datastreams: int
    days: int
    every_ms: int
    phase: NDArray[np.int64]
    jitter: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def rows(self) -> int:
        """Return how many readings there are."""
        return self.days * self.rows_a_day

    @property
    def rows_a_day(self) -> int:
        """Return how many readings a day has."""
        return self.jitter.size

    @property
    def end_ms(self) -> int:
        """Return where the last day ends."""
        return FIRST_DAY + self.days * DAY_MS

    def resolutions(self) -> Resolutions:
        """Return the declared steps."""
        steps = np.array([step for _, step, _ in KINDS])
        numbers = np.arange(self.datastreams, dtype=np.int32)
        return Resolutions(numbers, steps[numbers % len(KINDS)])

    def day(self, day: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return times in ms and values of a day, a row a datastream, a column a poll."""
        turn = day * len(KINDS)
        polls = FIRST_DAY + day * DAY_MS + self.every_ms * np.arange(self.jitter.shape[1])
        times = polls + self.phase[:, None] + np.roll(self.jitter, turn, axis=0)
        counts = np.roll(self.counts, turn, axis=0)
        values = np.empty(counts.shape)
        for place, (_, step, _) in enumerate(KINDS):
            # a division by a power of ten: what the gateway would have rounded to
            values[place :: len(KINDS)] = counts[place :: len(KINDS)] / round(1 / step)
        return times, values

    def day_rows(self, day: int, sequence: int) -> Iterator[Rows]:
        """Yield a day by (number, time), some datastreams at a time: what compaction would read."""
        times, values = self.day(day)
        at_once = max(1, 900_000 // times.shape[1])
        for first in range(0, self.datastreams, at_once):
            part = slice(first, first + at_once)
            yield rows_of(
                np.arange(self.datastreams, dtype=np.int32)[part],
                times[part],
                values[part],
                sequence,
            )

    def messages(self, day: int, first_sequence: int) -> list[Batch]:
        """Return a day as gateways send it, by time of arrival."""
        times, values = self.day(day)
        made = []
        for start in range(0, self.datastreams, A_MESSAGE):
            part = slice(start, min(start + A_MESSAGE, self.datastreams))
            numbers = np.arange(part.start, part.stop, dtype=np.int32)
            made += [
                (int(times[start, poll]), numbers, times[part, poll], values[part, poll])
                for poll in range(times.shape[1])
            ]
        made.sort(key=lambda one: one[0])
        return [
            batch_of(first_sequence + place, numbers, times_ms, said)
            for place, (_, numbers, times_ms, said) in enumerate(made)
        ]


def new_load(datastreams: int, days: int, every_ms: int) -> Load:
    """Draw the chance of one day."""
    chance = np.random.default_rng(20260801)
    shape = (datastreams, DAY_MS // every_ms)
    jitter = np.rint(chance.normal(0, JITTER_MS, shape)).astype(np.int64)
    gateways = -(-datastreams // A_MESSAGE)
    polls = chance.integers(POLL_MS, every_ms - 2 * POLL_MS, gateways)
    phase = np.repeat(polls, A_MESSAGE)[:datastreams] + chance.integers(0, POLL_MS, datastreams)
    size = np.array([KINDS[number % len(KINDS)][2] for number in range(datastreams)])
    counts = np.empty(shape, np.int64)
    level = np.full(datastreams, CENTRE)
    for poll in range(shape[1]):
        level += PULL * (CENTRE - level) + size * chance.standard_normal(datastreams)
        counts[:, poll] = np.rint(level)
    return Load(datastreams, days, every_ms, phase, jitter, counts)


def rows_of(
    numbers: NDArray[np.int32],
    times: NDArray[np.int64],
    values: NDArray[np.float64],
    sequence: int,
) -> Rows:
    """Return good, prompt readings as rows; times and values have a row for each number."""
    count = times.size
    return Rows(
        numbers=np.repeat(numbers, times.shape[1]),
        times_ms=times.ravel(),
        values=values.ravel(),
        quality=np.full(count, GOOD, np.uint8),
        lag_s=np.zeros(count, np.int32),
        sequences=np.full(count, sequence, np.int64),
        places=np.zeros(count, np.int32),
    )


def batch_of(
    sequence: int,
    numbers: NDArray[np.int32],
    times_ms: NDArray[np.int64],
    values: NDArray[np.float64],
) -> Batch:
    """Return one message of READINGS."""
    columns = columns_of([]) | {
        "numbers": numbers,
        "times_ms": times_ms,
        "values": values,
        "quality": np.full(len(numbers), GOOD, np.uint8),
    }
    return Batch(
        gateway=GATEWAY,
        seq=sequence,
        arrived_ms=int(times_ms.min()) + ARRIVES_MS,
        exercise_id=None,
        **columns,
    )
