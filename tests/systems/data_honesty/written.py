"""Days of history as an honest plant makes them, written by the recorder's own writer."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.kernel.base.clock import to_ms
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.batch import Batch
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from anlan.kernel.sensing.models import Datastream
from tests.honesty import midnight
from tests.plant import Plant

Floats = NDArray[np.float64]
MINUTES = 1_440
#: Days that a test looks back on.
DAYS = 8
EPOCH = "01K5000000000000000000000{}"


def honest(seed: int, days: int = DAYS) -> Floats:
    """Return a level every minute: the day's tide, a slow walk, an instrument's noise; one value a minute, 0.1 steps."""
    dice = np.random.default_rng(seed)
    minutes = np.arange(days * MINUTES)
    walk = np.zeros(len(minutes))
    for at, push in enumerate(dice.normal(size=len(minutes) - 1) * 0.1, 1):
        walk[at] = 0.999 * walk[at - 1] + push
    tide = 8 * np.sin(minutes / MINUTES * 2 * np.pi)
    return np.round(55 + tide + walk + 0.4 * dice.normal(size=len(minutes)), 1)


class Recorder:
    """Writes history as `anlan recorder` does, and lets this process read it."""

    def __init__(self, folder: Path, plant: Plant, acting_as: Callable[[str], None]) -> None:
        self._folder, self._plant, self._acting_as = folder, plant, acting_as
        self._batches = 0
        ports.install(lambda: ParquetHistory(folder=folder, catalogue=DjangoCatalogue()))

    def keep(
        self, curves: dict[Datastream, Floats], *, offset_ms: int = 7_300, first_day: int = DAYS
    ) -> None:
        """Write curves from midnight `first_day` days ago on; NaN is a reading that never came."""
        self._batches += 1
        self._acting_as("anlan_recorder")
        writer = HistoryWriter(
            node="n640181",
            epoch=EPOCH.format(chr(ord("A") + self._batches)),
            folder=self._folder,
            catalogue=DjangoCatalogue(lambda: unit_of_work(machine("recorder"))),
        )
        writer.start()
        begin = to_ms(midnight(first_day)) + offset_ms
        longest = max(len(one) for one in curves.values())
        for sequence, day in enumerate(range(0, longest, MINUTES), 1):
            batch = self._batch(sequence, curves, begin, day)
            if len(batch.numbers):
                writer.add(sequence, 0, batch)
        writer.flush()
        writer.register()
        self._acting_as("anlan_owner")

    def _batch(
        self, sequence: int, curves: dict[Datastream, Floats], begin: int, day: int
    ) -> Batch:
        numbers, times, values = [], [], []
        for stream, curve in curves.items():
            part = curve[day : day + MINUTES]
            there = np.flatnonzero(np.isfinite(part))
            numbers.append(np.full(len(there), stream.number, np.int32))
            times.append(begin + (day + there).astype(np.int64) * 60_000)
            values.append(part[there])
        whole = np.concatenate(times)
        return Batch(
            gateway=self._plant.gateway.id,
            seq=sequence,
            arrived_ms=int(whole.max(initial=0)) + 1_000,
            exercise_id=None,
            numbers=np.concatenate(numbers),
            times_ms=whole,
            values=np.concatenate(values),
            quality=np.full(len(whole), 192, np.uint8),
        )
