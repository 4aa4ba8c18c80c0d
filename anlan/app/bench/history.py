"""History: readings into files and out again, beside VictoriaMetrics and a PostgreSQL table.

One month is laid down day by day as compaction leaves it, with its rollups; its last day goes the
real way, message by message, durable flush by durable flush, and into both peers at that. Questions
are asked with everything in the page cache and compared: where answers differ the bench stops. Then
late readings, corrections and a tail come on top, and it is asked again.

Of the days before the last the peers hold a few datastreams only: what a month's curve needs.
Neither peer is asked for more than it promises: VictoriaMetrics answers before data are on disk.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from anlan.adapters.parquet_history.compact import Compactor
from anlan.adapters.parquet_history.disk import LocalDisk
from anlan.adapters.parquet_history.memory import MemoryCatalogue
from anlan.adapters.parquet_history.roll import Roller
from anlan.adapters.parquet_history.rolling import merges_due, rolls_due
from anlan.adapters.parquet_history.schema import About
from anlan.adapters.parquet_history.segments import day_path, write_file
from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.tiers import DAY_MS, Job, day_name, day_of
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.app.bench.history_load import FIRST_DAY, Load, batch_of, new_load
from anlan.app.bench.history_measure import TailOf, agree, flushes_of, median_ms, seconds
from anlan.app.bench.history_peer import PostgresTable
from anlan.app.bench.history_rows import Figures
from anlan.app.bench.history_sets import bound_of, sizes
from anlan.app.bench.history_victoria import FIRM, Victoria, payload_of
from anlan.app.bench.report import Report, new_report
from anlan.kernel.sensing.batch import Batch, decode, encode
from anlan.kernel.sensing.ports import DAY, ROLLUP, FileEntry

NODE, EPOCH = "n000000", "01K5000000000000000000000A"
DAYS = 30
POINTS = 500
FIRM_MS = 600_000
HOUR_MS = 3_600_000
#: Readings of a firm's ten minutes, and of one datastream's day: no page is cut.
NO_LIMIT = 10**7
#: Ten times 15,000 readings a second; decisions.md, performance goals.
TARGET_RATE, TARGET_MS, TARGET_RAW_MS = 0.15, 20.0, 100.0
#: A file may be so many times as large as what its figures say; ingest at most a fifth of the CPU.
TARGET_OF_BOUND, TARGET_OF_CPU = 1.25, 0.2
#: Datastreams and how often each is read: 50 M readings, or 1 G.
DATASTREAMS = {True: 1_158, False: 440_000}
EVERY_MS = {True: 60_000, False: 1_140_000}
#: The data sets are invented as sensors are read, however rarely the load's are.
SETS = (1_158, 1, 60_000)
QUERIES = {True: 30, False: 100}
#: Datastreams, days and polls of a load that fills one flush.
WARM = (150, 1, 60_000)
#: Datastreams of which the peers hold the whole month.
MONTH_OF = 20
#: One reading in so many of the last day is corrected afterwards.
CORRECTED = 1_000


@dataclass(slots=True)
class Run:
    """One run: the load, our files, the peers, the figures so far."""

    load: Load
    folder: Path
    table: PostgresTable | None
    victoria: Victoria | None
    queries: int
    figures: Figures = field(default_factory=Figures)
    catalogue: MemoryCatalogue = field(default_factory=MemoryCatalogue)
    last: list[Batch] = field(default_factory=list)
    #: CPU seconds a million readings of the last day: ours written, VictoriaMetrics' also merged.
    spent: float = 0.0
    spent_by_victoria: float | None = None

    @property
    def last_day(self) -> int:
        """Return where the last day begins."""
        return self.load.end_ms - DAY_MS

    def lay(self) -> None:
        """Write the days before the last as compaction leaves them."""
        for day in range(self.load.days - 1):
            name = day_name(day_of(FIRST_DAY + day * DAY_MS))
            about = About(node=NODE, epoch=EPOCH, first=day + 1, last=day + 1, level=DAY)
            path = day_path(name, EPOCH, day + 1, day + 1, 0)
            parts = self.load.day_rows(day, day + 1)
            resolutions = self.load.resolutions()
            entry = write_file(LocalDisk(), self.folder, path, parts, about, resolutions)
            self.catalogue.register([entry])

    def write(self) -> None:
        """Write the last day, durably, segment by segment; and into the peers.

        Ours begins with the bytes of READINGS. VictoriaMetrics' begins with its own lines, which
        somebody would have to make of those bytes: that is said apart, and not counted as its.
        """
        self.last = self.load.messages(self.load.days - 1, self.load.days)
        writer = self._writer()
        flushes = flushes_of(self.last)
        logged = [[(message.seq, encode(message)) for message in one] for one in flushes]

        def ours() -> None:
            for messages in logged:
                for sequence, payload in messages:
                    writer.add(sequence, 0, decode(payload))
                writer.flush()
                writer.register()

        readings = self.load.rows_a_day / 1e6
        cpu = time.process_time()
        rate = readings / seconds(ours)
        self.spent = (time.process_time() - cpu) / readings
        table_rate = table_cpu = victoria_rate = victoria_cpu = None
        if (table := self.table) is not None:
            began = table.cpu_s()
            table_rate = readings / seconds(lambda: table.copy_each(flushes))
            table_cpu = (table.cpu_s() - began) / readings
            table.settle()
        if (victoria := self.victoria) is not None:
            cpu = time.process_time()
            payloads = [payload_of(messages) for messages in flushes]
            made_cpu = (time.process_time() - cpu) / readings
            began = victoria.cpu_s()
            victoria_rate = readings / seconds(lambda: victoria.send(payloads))
            victoria.flush()
            victoria_cpu = (victoria.cpu_s() - began) / readings
            victoria.merge()
            self.spent_by_victoria = (victoria.cpu_s() - began) / readings
        self.figures.more(
            "history.write.rate", rate, "M readings/s", TARGET_RATE, table_rate, victoria_rate
        )
        fifth = None if victoria_cpu is None else float(f"{TARGET_OF_CPU * victoria_cpu:.4g}")
        self.figures.less(
            "history.write.cpu", self.spent, "CPU s/M readings", fifth, table_cpu, victoria_cpu
        )
        if victoria is not None:
            self.figures.alone("history.write.cpu.lines_for_vm", made_cpu, "CPU s/M readings")

    def compact(self) -> None:
        """Put the last day together as the recorder would; say how fast and how small."""
        compactor = Compactor(
            node=NODE,
            folder=self.folder,
            catalogue=self.catalogue,
            resolutions=self.load.resolutions(),
        )
        laid = {entry.path for entry in self.catalogue.live() if entry.level == DAY}
        cpu = time.process_time()
        taken = seconds(lambda: self._until_whole(compactor))
        readings = self.load.rows_a_day / 1e6
        cpu = (time.process_time() - cpu) / readings
        self.figures.alone("history.compact.rate", readings / taken, "M readings/s")
        self.figures.alone("history.compact.cpu", cpu, "CPU s/M readings")
        # VictoriaMetrics puts together while it takes: only both together are alike
        self.figures.less(
            "history.kept.cpu",
            self.spent + cpu,
            "CPU s/M readings",
            None,
            None,
            self.spent_by_victoria,
        )
        files = [self.folder / e.path for e in self.catalogue.live() if e.path not in laid]
        kept = sum(file.stat().st_size for file in files) / self.load.rows_a_day
        bound, rows = bound_of(self.load), self.load.rows_a_day
        self.figures.less(
            "history.size.day",
            kept,
            "B/reading",
            round(TARGET_OF_BOUND * bound, 3),
            self.table.bytes_per_reading(rows) if self.table else None,
            self.victoria.bytes_per_reading(rows) if self.victoria else None,
        )
        self.figures.alone("history.size.bound", bound, "B/reading")
        for one in sizes(new_load(*SETS), NODE, EPOCH):
            self.figures.less(
                f"history.size.{one.name}.of_bound", one.kept / one.bound, "x", TARGET_OF_BOUND
            )

    def _until_whole(self, compactor: Compactor) -> None:
        """Segments into parts, 400 at a time, then the parts into one day."""
        while segments := [e for e in self.catalogue.live() if e.level == "segment"]:
            segments.sort(key=lambda entry: entry.seq_first)
            compactor.compact(Job(tuple(segments[:400])))
        parts = [e for e in self.catalogue.live() if e.level == DAY and e.t_lo_ms >= self.last_day]
        # a part of more than a file's rows is several files of one range, and whole already
        if len({part.seq_last for part in parts}) > 1:
            compactor.compact(Job(tuple(parts)))

    def roll(self) -> None:
        """Make the rollups of the month."""
        roller = Roller(
            node=NODE,
            folder=self.folder,
            catalogue=self.catalogue,
            resolutions=self.load.resolutions(),
        )
        later = self.load.end_ms + 5 * DAY_MS

        def made() -> None:
            for roll in rolls_due(self.catalogue.live(), later):
                roller.roll(roll)
            for merge in merges_due(self.catalogue.live(), later):
                roller.merge(merge)

        self.figures.alone(
            "history.roll.rate", self.load.rows / seconds(made) / 1e6, "M readings/s"
        )

    def month(self) -> None:
        """Give the peers the month of some datastreams."""
        few = min(MONTH_OF, self.load.datastreams)
        numbers = np.arange(few, dtype=np.int32)
        for day in range(self.load.days - 1):
            times, values = self.load.day(day)
            polls = times.shape[1]
            some = (np.repeat(numbers, polls), times[:few].ravel(), values[:few].ravel())
            batch = batch_of(1, *some)
            if self.table is not None:
                self.table.copy([batch])
            if self.victoria is not None:
                self.victoria.send([payload_of([batch])])
        if self.table is not None:
            self.table.settle()
        if self.victoria is not None:
            self.victoria.settle()

    def ask(self) -> None:
        """Ask all three for a day, for a firm's ten minutes, and for a month in 500 points."""
        store = self._store()
        chance = np.random.default_rng(7)
        number = chance.integers(0, self.load.datastreams, self.queries).tolist()
        firm = chance.integers(0, max(1, self.load.datastreams // FIRM), self.queries).tolist()
        ten = self._polled(np.array(firm), chance)
        few = chance.integers(0, min(MONTH_OF, self.load.datastreams), self.queries).tolist()
        start, end, last = FIRST_DAY, self.load.end_ms, self.last_day
        table, victoria = self.table, self.victoria

        def tags(i: int) -> list[int]:
            return list(range(firm[i] * FIRM, min((firm[i] + 1) * FIRM, self.load.datastreams)))

        self._compared(
            "history.query.day_raw",
            lambda i: len(store.raw(number[i], last, end, NO_LIMIT).times_ms),
            (lambda i: len(table.raw([number[i]], last, end))) if table else None,
            (lambda i: victoria.raw(f'n="{number[i]}"', last, end)) if victoria else None,
        )
        self._compared(
            "history.query.firm_10_min",
            lambda i: len(store.together(tags(i), ten[i], ten[i] + FIRM_MS, NO_LIMIT).times_ms),
            (lambda i: len(table.raw(tags(i), ten[i], ten[i] + FIRM_MS))) if table else None,
            (lambda i: victoria.raw(f'f="{firm[i]}"', ten[i], ten[i] + FIRM_MS))
            if victoria
            else None,
        )
        self._compared(
            "history.query.30d_500_points",
            lambda i: int(store.buckets(few[i], start, end, POINTS).count.sum()),
            (lambda i: sum(row[4] for row in table.buckets(few[i], start, end, POINTS)))
            if table
            else None,
            # its figures are not counts: the raw readings are compared, the buckets are timed
            (lambda i: victoria.buckets(few[i], start, end, POINTS)) if victoria else None,
            counts=False,
        )
        if victoria is not None:
            agree(
                [int(store.buckets(0, start, end, POINTS).count.sum())],
                [victoria.raw('n="0"', start, end)],
            )

    def _polled(self, firms: np.ndarray, chance: np.random.Generator) -> list[int]:
        """Return the begin of ten minutes of the last day in which each firm is polled, in ms."""
        every = self.load.every_ms
        polls = self.load.phase[firms * FIRM] + every * chance.integers(
            0, DAY_MS // every, len(firms)
        )
        return [self.last_day + max(0, int(one) - FIRM_MS // 2) for one in polls]

    def freshen(self) -> None:
        """Add late readings and corrections in files of their own, and a tail; ask again."""
        writer = self._writer()
        sequence = writer.position
        chance = np.random.default_rng(8)
        times, values = self.load.day(self.load.days - 1)
        few = np.arange(min(MONTH_OF, self.load.datastreams), dtype=np.int32)
        expected = 0
        for turn in range(4):
            poll = chance.integers(0, times.shape[1] - 1, max(1, times.shape[1] // CORRECTED + 2))
            for at in poll.tolist():
                sequence += 1
                shift = turn % 2  # a correction, or a late reading beside it
                expected += shift
                writer.add(
                    sequence,
                    0,
                    batch_of(sequence, few, times[few, at] + 7_001 * shift, values[few, at] + 1),
                )
            if turn < 3:  # the last turn stays with the recorder
                writer.flush()
                writer.register()
        store = self._store(writer)
        end = self.load.end_ms
        plain = self._store(writer, rollups=False)
        found: dict[str, list[int]] = {}
        for name, one, target in (
            ("history.query.30d_500_points.fresh", store, TARGET_MS),
            ("history.query.30d_500_points.raw", plain, TARGET_RAW_MS),
        ):
            taken, found[name] = median_ms(
                lambda i, one=one: int(  # type: ignore[misc]
                    one.buckets(int(few[i % len(few)]), FIRST_DAY, end, POINTS).count.sum()
                ),
                self.queries,
            )
            self.figures.less(name, taken, "ms", target)
        agree(*found.values())
        cold = self._store(writer)
        once = seconds(lambda: cold.buckets(0, FIRST_DAY, end, POINTS)) * 1000
        self.figures.alone("history.query.30d_500_points.cold", once, "ms")

    def _compared(
        self,
        name: str,
        ours: Callable[[int], int],
        table: Callable[[int], int] | None,
        victoria: Callable[[int], int] | None,
        *,
        counts: bool = True,
    ) -> None:
        taken, found = median_ms(ours, self.queries)
        theirs: list[float | None] = []
        for place, peer in enumerate((table, victoria)):
            if peer is None:
                theirs.append(None)
                continue
            peer_ms, answers = median_ms(peer, self.queries)
            theirs.append(peer_ms)
            if counts or place == 0:
                agree(found, answers)
        self.figures.less(name, taken, "ms", TARGET_MS, *theirs)

    def _writer(self) -> HistoryWriter:
        writer = HistoryWriter(node=NODE, epoch=EPOCH, folder=self.folder, catalogue=self.catalogue)
        writer.start()
        return writer

    def _store(
        self, writer: HistoryWriter | None = None, *, rollups: bool = True
    ) -> ParquetHistory:
        entries: Sequence[FileEntry] = self.catalogue.live()
        if not rollups:
            entries = [entry for entry in entries if entry.level != ROLLUP]
        tail = TailOf(writer) if writer is not None else None
        return ParquetHistory(folder=self.folder, catalogue=MemoryCatalogue(entries), tail=tail)


def run(*, quick: bool, say: Callable[[str], None] = lambda _: None) -> Report:
    """Measure; `quick` takes 50 M readings, else 1 G of 440,000 datastreams."""
    report = new_report("history", quick=quick)
    load = new_load(DATASTREAMS[quick], DAYS, EVERY_MS[quick])
    say(f"{load.rows:,} readings of {load.datastreams:,} datastreams over {load.days} days")
    folder = Path(tempfile.mkdtemp(prefix="anlan-bench-history-"))
    table, victoria = PostgresTable.open(), Victoria.open()
    say("peer: a PostgreSQL table" if table else "no peer: PostgreSQL is not installed")
    say(
        "peer: VictoriaMetrics"
        if victoria
        else "no peer: Debian's victoria-metrics is not installed"
    )
    try:
        # what is loaded, and memory that is asked for, with the first whole file is not measured
        Run(new_load(*WARM), folder / "warm", None, None, 1).write()
        one = Run(load, folder / "history", table, victoria, QUERIES[quick])
        for step in (one.lay, one.write, one.compact, one.roll, one.month, one.ask, one.freshen):
            began = time.perf_counter()
            step()
            say(f"{step.__name__}: {time.perf_counter() - began:.1f} s")
    finally:
        shutil.rmtree(folder)
        for peer in (table, victoria):
            if peer is not None:
                peer.close()
    report.rows.extend(one.figures.rows)
    return report
