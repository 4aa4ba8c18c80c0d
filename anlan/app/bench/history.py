"""History: readings into files and out again, beside a PostgreSQL table in the same run.

The load: messages of 500 readings, one reading a minute and datastream, times jittered by 8 ms,
values on a step of 0.1, one durable flush (or COPY) for each 15,000 readings. The peer is the plain
design: a row a reading, an index on (number, time). Queries are asked after compaction and VACUUM,
with everything in the page cache; both must find the same, or the bench stops.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.compact import Compactor
from anlan.adapters.parquet_history.memory import MemoryCatalogue
from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.tiers import DAY_MS, Job
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.app.bench.history_peer import PostgresTable
from anlan.app.bench.report import Report, Row, less_is_better, more_is_better, new_report
from anlan.kernel.sensing.batch import Batch, columns_of

NODE, EPOCH, GATEWAY = "n000000", "01K5000000000000000000000A", "01K5000000000000000000000G"
#: Midnight of the bureau's 2026-08-01.
FIRST_DAY = 1_785_513_600_000
EVERY_MS = 60_000
JITTER_MS = 8.0
DAYS = 30
STEPS_OF_VALUE = 10  # a resolution of 0.1
A_MESSAGE, A_FLUSH = 500, 30
POINTS = 500
#: Ten times 15,000 readings a second; stack notes, part 2; decisions.md, performance goals.
TARGET_RATE, TARGET_DAY_MS, TARGET_MONTH_MS = 0.15, 10.0, 100.0
#: A file may be so many times as large as what its figures say.
TARGET_OF_BOUND = 1.25
DATASTREAMS = {True: 50, False: 400}
QUERIES = {True: 30, False: 100}


@dataclass(frozen=True, slots=True)
class Load:
    """The messages, and how small their figures could be kept."""

    datastreams: int
    messages: list[Batch]
    bound_bytes: float

    @property
    def rows(self) -> int:
        """Return how many readings there are."""
        return sum(len(message) for message in self.messages)


@dataclass(slots=True)
class Run:
    """One run: the load, our files, the peer, the rows so far."""

    load: Load
    folder: Path
    peer: PostgresTable | None
    queries: int
    rows: list[Row] = field(default_factory=list)
    catalogue: MemoryCatalogue = field(default_factory=MemoryCatalogue)

    def write(self) -> None:
        """Write everything, durably, flush by flush."""
        writer = HistoryWriter(node=NODE, epoch=EPOCH, folder=self.folder, catalogue=self.catalogue)
        writer.start()
        flushes = [
            self.load.messages[start : start + A_FLUSH]
            for start in range(0, len(self.load.messages), A_FLUSH)
        ]

        def ours() -> None:
            for messages in flushes:
                for message in messages:
                    writer.add(message.seq, 0, message)
                writer.flush()
                writer.register()

        cpu = time.process_time()
        rate = self.load.rows / _seconds(ours) / 1e6
        cpu = time.process_time() - cpu
        peer_rate = None
        if (peer := self.peer) is not None:
            peer_s = _seconds(lambda: peer.copy_each(flushes))
            peer_rate = self.load.rows / peer_s / 1e6
            peer.settle()
        self.rows.append(_more("history.write.rate", rate, "M readings/s", TARGET_RATE, peer_rate))
        cost = round(cpu / self.load.rows * 1e6, 3)
        self.rows.append(Row(name="history.write.cpu", value=cost, unit="CPU s/M readings"))

    def compact(self) -> None:
        """Put everything together into the days' files; say how fast and how small."""
        compactor = Compactor(
            node=NODE,
            folder=self.folder,
            catalogue=self.catalogue,
            resolutions=dict.fromkeys(range(self.load.datastreams), 1 / STEPS_OF_VALUE),
        )
        job = Job(tuple(self.catalogue.live()))
        rate = self.load.rows / _seconds(lambda: compactor.compact(job)) / 1e6
        self.rows.append(
            Row(name="history.compact.rate", value=round(rate, 4), unit="M readings/s")
        )
        files = [self.folder / entry.path for entry in self.catalogue.live()]
        size = sum(file.stat().st_size for file in files) / self.load.rows
        target = round(TARGET_OF_BOUND * self.load.bound_bytes, 3)
        peer_size = self.peer.bytes_per_reading(self.load.rows) if self.peer else None
        self.rows.append(_less("history.size.day", size, "B/reading", target, peer_size))
        bound = round(self.load.bound_bytes, 3)
        self.rows.append(Row(name="history.size.bound", value=bound, unit="B/reading"))

    def ask(self) -> None:
        """Ask both for a day of one datastream, and for a month of it in 500 points."""
        store = ParquetHistory(folder=self.folder, catalogue=self.catalogue)
        chance = np.random.default_rng(7)
        numbers = chance.integers(0, self.load.datastreams, self.queries).tolist()
        days = (FIRST_DAY + chance.integers(0, DAYS, self.queries) * DAY_MS).tolist()
        end = FIRST_DAY + DAYS * DAY_MS

        def day(index: int) -> int:
            raw = store.raw(numbers[index], days[index], days[index] + DAY_MS, limit=10**6)
            return len(raw.times_ms)

        def month(index: int) -> int:
            return int(store.buckets(numbers[index], FIRST_DAY, end, POINTS).count.sum())

        day_ms, day_found = _median_ms(day, self.queries)
        month_ms, month_found = _median_ms(month, self.queries)
        peer_day = peer_month = None
        if (peer := self.peer) is not None:
            peer_day, found = _median_ms(
                lambda i: len(peer.raw(numbers[i], days[i], days[i] + DAY_MS)), self.queries
            )
            _agree(day_found, found)
            peer_month, found = _median_ms(
                lambda i: sum(r[4] for r in peer.buckets(numbers[i], FIRST_DAY, end, POINTS)),
                self.queries,
            )
            _agree(month_found, found)
        self.rows.append(_less("history.query.day_raw", day_ms, "ms", TARGET_DAY_MS, peer_day))
        self.rows.append(
            _less("history.query.30d_500_points", month_ms, "ms", TARGET_MONTH_MS, peer_month)
        )


def run(*, quick: bool, say: Callable[[str], None] = lambda _: None) -> Report:
    """Measure; `quick` takes 2 M readings and stays under a minute."""
    report = new_report("history", quick=quick)
    load = new_load(DATASTREAMS[quick])
    say(f"{load.rows:,} readings of {load.datastreams} datastreams over {DAYS} days")
    folder = Path(tempfile.mkdtemp(prefix="anlan-bench-history-"))
    peer = PostgresTable.open()
    say("peer: a PostgreSQL table" if peer else "no peer: PostgreSQL is not installed")
    try:
        # what is loaded with the first file and the first query is not measured
        Run(Load(1, load.messages[:1], 0.0), folder / "warm", None, 1).write()
        one = Run(load, folder / "history", peer, QUERIES[quick])
        for step in (one.write, one.compact, one.ask):
            say(f"{step.__name__} ...")
            step()
    finally:
        shutil.rmtree(folder)
        if peer is not None:
            peer.close()
    report.rows.extend(one.rows)
    return report


def new_load(datastreams: int) -> Load:
    """Make the messages in order of time: a slow drift, a little noise, jittered times."""
    chance = np.random.default_rng(20260801)
    steps = DAYS * (DAY_MS // EVERY_MS)
    shape = (steps, datastreams)
    jitter = np.rint(chance.normal(0, JITTER_MS, shape)).astype(np.int64)
    phase = chance.integers(1_000, EVERY_MS - 1_000, datastreams)
    times = FIRST_DAY + np.arange(steps, dtype=np.int64)[:, None] * EVERY_MS + phase + jitter
    drift = 500 + np.cumsum(chance.normal(0, 0.5, shape), axis=0)
    counts = np.rint(drift)
    bound = (_entropy_bits(jitter) + _entropy_bits(np.diff(counts, axis=0))) / 8
    numbers = np.broadcast_to(np.arange(datastreams, dtype=np.int32), shape)
    columns = columns_of([]) | {
        "numbers": numbers.ravel(),
        "times_ms": times.ravel(),
        "values": (counts / STEPS_OF_VALUE).ravel(),
        "quality": np.full(steps * datastreams, 192, np.uint8),
    }
    messages: list[Batch] = []
    for start in range(0, steps * datastreams, A_MESSAGE):
        part = {name: column[start : start + A_MESSAGE] for name, column in columns.items()}
        arrived_ms = int(part["times_ms"].max()) + 200
        messages.append(
            Batch(
                gateway=GATEWAY,
                seq=len(messages) + 1,
                arrived_ms=arrived_ms,
                exercise_id=None,
                **part,
            )
        )
    return Load(datastreams, messages, bound)


def _entropy_bits(symbols: NDArray[np.float64] | NDArray[np.int64]) -> float:
    """Return the bits a symbol that no code without memory can go below."""
    _, counts = np.unique(symbols, return_counts=True)
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum())


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _median_ms(ask: Callable[[int], int], queries: int) -> tuple[float, list[int]]:
    """Return the median wall time of a question, and what each found."""
    ask(0)
    taken, found = [], []
    for index in range(queries):
        began = time.perf_counter()
        found.append(ask(index))
        taken.append((time.perf_counter() - began) * 1000)
    return float(np.median(taken)), found


def _agree(ours: list[int], theirs: list[int]) -> None:
    if ours != theirs or not all(ours):
        raise RuntimeError(f"history and its peer differ: {ours} and {theirs} readings")


def _more(name: str, value: float, unit: str, target: float, peer: float | None) -> Row:
    if peer is None:
        value = round(value, 4)
        return Row(name=name, value=value, unit=unit, target=target, met=value >= target)
    return more_is_better(name, value, unit, target=target, peer="postgresql", peer_value=peer)


def _less(name: str, value: float, unit: str, target: float, peer: float | None) -> Row:
    if peer is None:
        value = round(value, 4)
        return Row(name=name, value=value, unit=unit, target=target, met=value <= target)
    return less_is_better(name, value, unit, target=target, peer="postgresql", peer_value=peer)
