"""A long curve from rollups is the curve of the readings, whatever arrives after they were made."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.adapters.parquet_history.compact import Compactor
from anlan.adapters.parquet_history.disk import LocalDisk
from anlan.adapters.parquet_history.orphans import settle_orphans
from anlan.adapters.parquet_history.reading import FileReader
from anlan.adapters.parquet_history.roll import Roller
from anlan.adapters.parquet_history.rolling import ROLLUPS_MOST, merges_due, rolls_due
from anlan.adapters.parquet_history.segments import files_in
from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.tiers import Job, day_of
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.kernel.base.clock import now
from anlan.kernel.sensing.ports import DAY, ROLLUP, SEGMENT, Buckets, FileEntry
from anlan.kernel.sensing.resolutions import Resolutions
from tests.adapters.parquet_history.oracle import (
    EXERCISE,
    LATER_EPOCH,
    NODE,
    AskWriter,
    FailingDisk,
    FakeCatalogue,
    Message,
    Oracle,
    PowerCutError,
    bits,
    heard,
    record,
    writer_on,
)

HOUR, DAY_MS = 3_600_000, 86_400_000
#: Midnight of the bureau's 2026-08-01.
MIDNIGHT = 1_785_513_600_000
LONG_AFTER = MIDNIGHT + 100 * DAY_MS
STEPS = Resolutions.of({1: 0.1, 2: 0.5})


@dataclass
class House:
    """A recorder, whoever compacts and rolls up, and a reader, in one process."""

    folder: Path
    catalogue: FakeCatalogue
    writer: HistoryWriter
    source: AskWriter

    @classmethod
    def on(cls, folder: Path) -> "House":
        catalogue = FakeCatalogue()
        writer = writer_on(folder, catalogue)
        return cls(folder, catalogue, writer, AskWriter(writer))

    def keep(self, *messages: Message) -> None:
        record(self.writer, messages)
        self.writer.flush()
        self.writer.register()

    def level(self, level: str) -> list[FileEntry]:
        return [entry for entry in self.catalogue.live() if entry.level == level]

    def compact(self) -> None:
        one = Compactor(node=NODE, folder=self.folder, catalogue=self.catalogue, resolutions=STEPS)
        groups: dict[object, list[FileEntry]] = {}
        for entry in self.level(SEGMENT):
            groups.setdefault(entry.epoch, []).append(entry)
        for entries in groups.values():
            one.compact(Job(tuple(sorted(entries, key=lambda entry: entry.seq_first))))

    def join_days(self) -> None:
        one = Compactor(node=NODE, folder=self.folder, catalogue=self.catalogue)
        days: dict[object, list[FileEntry]] = {}
        for entry in self.level(DAY):
            days.setdefault((entry.epoch, day_of(entry.t_lo_ms)), []).append(entry)
        for entries in days.values():
            if len({entry.seq_first for entry in entries}) > 1:
                one.compact(Job(tuple(entries)))

    def roller(self, **settings: object) -> Roller:
        made = Roller(node=NODE, folder=self.folder, catalogue=self.catalogue, resolutions=STEPS)
        return replace(made, **settings)  # type: ignore[arg-type]

    def roll(self, at: int = LONG_AFTER) -> int:
        jobs = rolls_due(self.catalogue.live(), at)
        for job in jobs:
            self.roller().roll(job)
        return len(jobs)

    def merge(self, at: int = LONG_AFTER) -> int:
        jobs = merges_due(self.catalogue.live(), at)
        for job in jobs:
            self.roller().merge(job)
        return len(jobs)

    def act(self, name: str) -> None:
        """Do one of: flush, register, compact, join days, roll, merge, start anew, next epoch."""
        if name != "nothing":
            self.writer.flush()
        if name not in {"nothing", "flush"}:
            self.writer.register()
        match name:
            case "compact":
                self.compact()
            case "join":
                self.compact()
                self.join_days()
            case "roll":
                self.compact()
                self.roll()
            case "merge":
                self.compact()
                self.roll()
                self.roll()  # what a merge needs that was too little to be rolled for itself
                self.merge()
            case "restart":
                self.writer = self.source.writer = writer_on(self.folder, self.catalogue)

    def store(self) -> ParquetHistory:
        return ParquetHistory(folder=self.folder, catalogue=self.catalogue, tail=self.source)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.on(tmp_path)


def agree(got: Buckets, oracle: Oracle, number: int, from_ms: int, to_ms: int, points: int) -> None:
    assert len(got.starts_ms) <= points
    assert got.starts_ms[0] <= from_ms < got.starts_ms[0] + got.width_ms
    assert got.starts_ms[-1] < to_ms <= got.starts_ms[-1] + got.width_ms
    said = oracle.answer(number, from_ms, to_ms)
    for place, start in enumerate(got.starts_ms.tolist()):
        here = [(v, q) for t, v, q, _ in said if start <= t < start + got.width_ms]
        values = np.frombuffer(b"".join(v for v, _ in here))
        good = values[np.isfinite(values) & np.array([q != 0 for _, q in here], bool)]
        assert (got.count[place], got.refused[place]) == (len(good), len(here) - len(good))
        figures = [getattr(got, name)[place] for name in ("minimum", "maximum", "first", "last")]
        if len(good):
            assert list(map(bits, figures)) == [
                *map(bits, (good.min(), good.max(), good[0], good[-1]))
            ] or figures == [good.min(), good.max(), good[0], good[-1]]
            np.testing.assert_allclose(got.mean[place], good.mean(), rtol=1e-12, atol=1e-12)
        else:
            assert np.isnan([*figures, got.mean[place]]).all()


TIMES = st.builds(
    lambda day, hour, minute: MIDNIGHT + day * DAY_MS + hour * HOUR + minute * 60_000,
    st.sampled_from([0, 1, 2, 30, 31]),  # two months
    st.sampled_from([0, 1, 23]),
    st.sampled_from([0, 1, 59]),
)
VALUES = st.sampled_from([0.0, -0.0, 0.3, 1.5, 91.2, 1 / 3, float("inf"), float("nan")])
ROWS = st.lists(
    st.tuples(st.integers(1, 2), TIMES, VALUES, st.sampled_from([192, 192, 64, 0])),
    min_size=1,
    max_size=6,
)
ACTS = ["nothing", "flush", "register", "compact", "join", "roll", "merge", "restart"]
BORDERS = st.builds(
    lambda hour, minute: MIDNIGHT + hour * HOUR + minute * 60_000,
    st.sampled_from([-3, 0, 1, 2, 23, 24, 48, 50, 30 * 24 + 1, 32 * 24]),
    st.sampled_from([0, 1, 2]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    bodies=st.lists(st.tuples(ROWS, st.sampled_from(ACTS)), min_size=1, max_size=8),
    borders=st.lists(BORDERS, min_size=2, max_size=2, unique=True).map(sorted),
    points=st.sampled_from([1, 2, 5, 40, 800]),
)
def test_at_every_step_buckets_are_those_of_the_oracle(
    bodies: list[tuple[list[tuple[int, int, float, int]], str]], borders: list[int], points: int
) -> None:
    """Corrections, late readings and the tail, before and after rolling up, joining and merging."""
    messages = [Message(place + 1, tuple(rows)) for place, (rows, _) in enumerate(bodies)]
    with TemporaryDirectory() as name:
        house = House.on(Path(name))
        store = house.store()
        for place, (message, (_, act)) in enumerate(zip(messages, bodies, strict=True)):
            record(house.writer, [message])
            house.act(act)
            oracle = heard(messages[: place + 1])
            for number in (1, 2):
                got = store.buckets(number, borders[0], borders[1], points)
                agree(got, oracle, number, borders[0], borders[1], points)
                assert not got.tail_missing
                assert got.unreadable == ()


def minutes(sequence: int, *, day: int = 0, number: int = 1, value: float = 0.0) -> Message:
    """Return a day of one datastream: each minute the minute of the day, and something more."""
    start = MIDNIGHT + day * DAY_MS
    rows = tuple((number, start + m * 60_000, value + m / 10, 192) for m in range(1440))
    return Message(sequence, rows)


def rolled(house: House, days: int) -> Oracle:
    """Keep so many days and roll them up."""
    messages = [minutes(day + 1, day=day, value=float(day)) for day in range(days)]
    house.keep(*messages)
    house.compact()
    assert house.roll() == days
    return heard(messages)


def files_read(house: House, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every file of readings that a question opens."""
    opened: list[str] = []
    ask = FileReader._ask

    def noted(self: FileReader, paths: list[str], question: object) -> object:
        opened.extend(paths)
        return ask(self, paths, question)  # type: ignore[arg-type]

    monkeypatch.setattr(FileReader, "_ask", noted)
    return opened


def test_whole_days_are_answered_without_opening_their_readings(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    oracle = rolled(house, 3)
    opened = files_read(house, monkeypatch)
    got = house.store().buckets(1, MIDNIGHT, MIDNIGHT + 3 * DAY_MS, 72)
    agree(got, oracle, 1, MIDNIGHT, MIDNIGHT + 3 * DAY_MS, 72)
    assert opened == []
    cut = (MIDNIGHT + 90_000, MIDNIGHT + 3 * DAY_MS - 90_000)
    agree(house.store().buckets(1, *cut, 72), oracle, 1, *cut, 72)
    assert len(opened) == 2, "the first and the last day, for the hours that the span cuts"


def test_totals_of_stepped_values_carry_no_rounding(house: House) -> None:
    rolled(house, 1)
    got = house.store().buckets(1, MIDNIGHT, MIDNIGHT + DAY_MS, 1)
    assert got.mean.tolist() == [71.95]


def test_a_correction_moves_only_its_hour(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    rolled(house, 3)
    at = MIDNIGHT + DAY_MS + 5 * HOUR
    house.keep(Message(9, ((1, at, 999.0, 192), (1, at + 1, -999.0, 192))))
    opened = files_read(house, monkeypatch)
    got = house.store().buckets(1, MIDNIGHT, MIDNIGHT + 3 * DAY_MS, 72)
    assert got.maximum[29] == 999.0
    assert got.minimum[29] == -999.0
    assert got.first[29] == 999.0
    assert got.count.tolist() == [60] * 29 + [61] + [60] * 42
    assert len({Path(path).parent.name for path in opened}) == 2, "the new file and its day's"


def test_a_rollup_is_made_when_a_day_has_settled_and_again_when_much_has_come(
    house: House,
) -> None:
    house.keep(minutes(1))
    house.compact()
    end = MIDNIGHT + DAY_MS
    assert rolls_due(house.catalogue.live(), end + 6 * HOUR) == []
    assert house.roll(end + 6 * HOUR + 1) == 1
    assert rolls_due(house.catalogue.live(), end + 7 * HOUR) == []
    house.keep(Message(2, ((1, MIDNIGHT, 1.0, 192),)))
    house.compact()
    assert rolls_due(house.catalogue.live(), end + 7 * HOUR) == [], "a crumb stays a crumb"
    house.join_days()
    (job,) = rolls_due(house.catalogue.live(), end + 7 * HOUR)
    assert [one.seq_last for one in job.old] == [1]
    house.roll()
    assert [(one.seq_last, one.rows) for one in house.level(ROLLUP)] == [(2, 24)]


def test_a_month_becomes_one_rollup_and_every_day_in_it_is_known(house: House) -> None:
    oracle = rolled(house, ROLLUPS_MOST)
    late = Message(50, ((1, MIDNIGHT, 77.7, 192),))
    house.keep(late)
    oracle.hear(late)
    house.compact()
    soon = MIDNIGHT + 9 * DAY_MS
    assert house.merge(soon) == 0, "a crumb of the first day is in no rollup"
    assert house.roll(soon) == 1
    assert house.merge(soon) == 1
    (whole,) = house.level(ROLLUP)
    assert (whole.seq_first, whole.seq_last, whole.rows) == (1, 50, ROLLUPS_MOST * 24)
    assert whole.path.startswith("rollups/20260801-20260808/")
    house.keep(minutes(51, day=8))
    oracle.hear(minutes(51, day=8))
    house.compact()
    assert house.roll() == 1
    assert house.merge(soon) == 0
    assert house.merge(LONG_AFTER) == 1, "the month is over"
    assert house.merge(LONG_AFTER) == 0
    end = MIDNIGHT + 9 * DAY_MS
    agree(house.store().buckets(1, MIDNIGHT, end, 100), oracle, 1, MIDNIGHT, end, 100)


def test_two_months_never_share_a_rollup(house: House) -> None:
    for sequence, day in enumerate(range(28, 34), start=1):
        house.keep(minutes(sequence, day=day))
    house.compact()
    house.roll()
    house.merge()
    assert sorted(Path(one.path).parent.name for one in house.level(ROLLUP)) == [
        "20260829-20260831",
        "20260901-20260903",
    ]


def test_rollups_are_cut_between_datastreams_like_days(house: House) -> None:
    messages = [minutes(place, number=place) for place in range(1, 7)]
    house.keep(*messages)
    house.compact()
    (job,) = rolls_due(house.catalogue.live(), LONG_AFTER)
    born = house.roller(file_rows=60).roll(job)
    assert [(one.number_lo, one.number_hi, one.rows) for one in born] == [
        (1, 2, 48),
        (3, 4, 48),
        (5, 6, 48),
    ]
    oracle = heard(messages)
    for number in range(1, 8):
        got = house.store().buckets(number, MIDNIGHT, MIDNIGHT + DAY_MS, 24)
        agree(got, oracle, number, MIDNIGHT, MIDNIGHT + DAY_MS, 24)


def test_hours_of_two_epochs_are_read_one_by_one(house: House) -> None:
    oracle = rolled(house, 1)
    house.writer = house.source.writer = writer_on(house.folder, house.catalogue, epoch=LATER_EPOCH)
    rows = tuple((1, MIDNIGHT + m * 60_000, -5.0, 192) for m in range(90, 150))
    house.keep(Message(1, rows))
    oracle.hear(Message(1, rows))
    house.compact()
    assert house.roll() == 1
    got = house.store().buckets(1, MIDNIGHT, MIDNIGHT + DAY_MS, 24)
    agree(got, oracle, 1, MIDNIGHT, MIDNIGHT + DAY_MS, 24)
    assert got.minimum.tolist()[:4] == [0.0, -5.0, -5.0, 18.0]


def test_readings_of_an_exercise_are_in_no_rollup(house: House) -> None:
    drill = replace(minutes(1), exercise_id=EXERCISE)
    house.keep(drill)
    house.compact()
    assert rolls_due(house.catalogue.live(), LONG_AFTER) == []


def test_a_damaged_rollup_is_named_and_readings_answer_in_its_place(house: House) -> None:
    oracle = rolled(house, 2)
    first, _ = sorted(house.level(ROLLUP), key=lambda one: one.t_lo_ms)
    (house.folder / first.path).write_bytes(b"PAR1 nothing PAR1")
    got = house.store().buckets(1, MIDNIGHT, MIDNIGHT + 2 * DAY_MS, 48)
    agree(got, oracle, 1, MIDNIGHT, MIDNIGHT + 2 * DAY_MS, 48)
    assert got.unreadable == (first.path,)


def test_every_step_of_rolling_up_may_be_the_last(tmp_path: Path) -> None:
    messages = [minutes(1), minutes(2, day=1)]
    for step in range(7):
        for mode in ("before", "half", "after"):
            house = House.on(tmp_path / f"{step}-{mode}")
            house.keep(*messages)
            house.compact()
            job = rolls_due(house.catalogue.live(), LONG_AFTER)[0]
            try:
                house.roller(disk=FailingDisk(steps=step, mode=mode)).roll(job)
            except PowerCutError:
                house.writer = house.source.writer = writer_on(house.folder, house.catalogue)
                settle_orphans(house.catalogue, house.folder, LocalDisk())
                assert files_in(LocalDisk(), house.folder, "rollups") == []
                house.roll()
            else:
                assert step > 5, "rolling up was not interrupted at all"
            got = house.store().buckets(1, MIDNIGHT, MIDNIGHT + 2 * DAY_MS, 48)
            agree(got, heard(messages), 1, MIDNIGHT, MIDNIGHT + 2 * DAY_MS, 48)


def test_a_catalogue_set_back_in_time_takes_its_rollups_in_again(house: House) -> None:
    oracle = rolled(house, 2)
    yesterday = list(house.catalogue.rows.values())
    house.merge()
    one = Compactor(node=NODE, folder=house.folder, catalogue=house.catalogue)
    assert one.retire(now() + timedelta(hours=1)) > 0
    house.catalogue = FakeCatalogue(yesterday)
    settle_orphans(house.catalogue, house.folder, LocalDisk())
    (rollup,) = house.level(ROLLUP)
    assert (house.folder / rollup.path).exists()
    got = house.store().buckets(1, MIDNIGHT, MIDNIGHT + 2 * DAY_MS, 48)
    agree(got, oracle, 1, MIDNIGHT, MIDNIGHT + 2 * DAY_MS, 48)
    assert got.unreadable == ()
