"""History answers as one log: tail and files, each reading once, corrections flagged, gaps kept."""

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.adapters.parquet_history.compact import Compactor
from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.tail import ROWS_MAX
from anlan.adapters.parquet_history.tiers import Job
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.kernel.sensing.ports import FileEntry, Reading
from anlan.kernel.sensing.resolutions import Resolutions
from tests.adapters.parquet_history.oracle import (
    LATER_EPOCH,
    NODE,
    T0,
    AskWriter,
    FakeCatalogue,
    Message,
    answered,
    heard,
    record,
    steady,
    writer_on,
)
from tests.adapters.parquet_history.strategies import streams

HOUR = 3_600_000


@dataclass
class House:
    """A recorder and a reader of the same folder, in one process."""

    folder: Path
    catalogue: FakeCatalogue
    writer: HistoryWriter
    source: AskWriter
    now: int = T0 + HOUR

    @classmethod
    def on(cls, folder: Path) -> "House":
        catalogue = FakeCatalogue()
        writer = writer_on(folder, catalogue)
        return cls(folder, catalogue, writer, AskWriter(writer))

    def store(self) -> ParquetHistory:
        return ParquetHistory(
            folder=self.folder, catalogue=self.catalogue, tail=self.source, now_ms=lambda: self.now
        )

    def keep(self, messages: list[Message]) -> None:
        record(self.writer, messages)
        self.writer.flush()
        self.writer.register()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.on(tmp_path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(messages=streams(), acts=st.lists(st.sampled_from("frcsdn"), min_size=12, max_size=12))
def test_at_every_step_the_answer_is_that_of_the_oracle(
    messages: list[Message], acts: list[str]
) -> None:
    """Flush, register, compact segments or days, restart, or nothing, between any two messages."""
    with TemporaryDirectory() as name:
        house = House.on(Path(name))
        store = house.store()
        compactor = Compactor(
            node=NODE,
            folder=house.folder,
            catalogue=house.catalogue,
            resolutions=Resolutions.of({1: 0.1, 2: 0.5}),
        )
        for place, (message, act) in enumerate(zip(messages, acts, strict=False)):
            record(house.writer, [message])
            if act in "frcsd":
                house.writer.flush()
            if act in "rcsd":
                house.writer.register()
            if act in "csd":
                compact_all(compactor, act)
            if act == "s":
                house.writer = house.source.writer = writer_on(house.folder, house.catalogue)
            oracle = heard(messages[: place + 1])
            for number in (1, 2, 3):
                raw = store.raw(number, T0 - 2**42, T0 + 2**42, limit=1000)
                assert answered(raw) == oracle.answer(number, -(2**62), 2**62)
                assert not raw.tail_missing


def compact_all(compactor: Compactor, act: str) -> None:
    level = "day" if act == "d" else "segment"
    by_group: dict[object, list[FileEntry]] = {}
    for entry in compactor.catalogue.live():
        if entry.level == level:
            key = (entry.epoch, (entry.t_lo_ms + 28_800_000) // 86_400_000 if act == "d" else 0)
            by_group.setdefault(key, []).append(entry)
    for entries in by_group.values():
        if level == "segment" or len({entry.seq_first for entry in entries}) > 1:
            compactor.compact(Job(tuple(entries)))


def test_a_correction_answers_and_is_flagged_and_the_first_is_kept(house: House) -> None:
    house.keep([Message(1, ((7, T0, 1.0, 192), (7, T0 + 1, 5.0, 192)))])
    house.keep([Message(2, ((7, T0, 2.0, 192),))])
    record(house.writer, [Message(3, ((7, T0, 1.0, 192),))])  # the first message again
    raw = house.store().raw(7, T0, T0 + 2, limit=10)
    assert raw.values.tolist() == [2.0, 5.0]
    assert raw.corrected.tolist() == [True, False]


def test_history_can_be_read_as_it_was_known_then(house: House) -> None:
    house.keep([Message(1, ((7, T0, 1.0, 192),), arrived_ms=T0 + 500)])
    house.keep([Message(2, ((7, T0, 2.0, 192),), arrived_ms=T0 + 60_000)])
    house.keep([Message(3, ((7, T0 + 1000, 3.0, 192),), arrived_ms=T0 + HOUR)])
    store = house.store()

    def known(at: int) -> list[float]:
        return list(store.raw(7, T0, T0 + 5000, limit=9, known_by_ms=T0 + at).values)

    assert [known(0), known(59_999), known(60_000), known(HOUR)] == [
        [1.0],
        [1.0],
        [2.0],
        [2.0, 3.0],
    ]
    assert store.raw(7, T0, T0 + 5000, limit=9).lag_s.tolist() == [60, 3599]


def test_the_earliest_are_given_and_it_is_said_that_there_are_more(house: House) -> None:
    house.keep(steady(4))
    raw = house.store().raw(7, T0, T0 + HOUR, limit=3)
    assert raw.times_ms.tolist() == [T0, T0 + 1000, T0 + 2000]
    assert raw.truncated
    assert not house.store().raw(7, T0, T0 + HOUR, limit=40).truncated


def test_a_span_is_half_open(house: House) -> None:
    house.keep(steady(1))
    raw = house.store().raw(7, T0 + 2000, T0 + 4000, limit=10)
    assert raw.times_ms.tolist() == [T0 + 2000, T0 + 3000]


@settings(max_examples=40, deadline=None)
@given(
    times=st.lists(st.integers(0, 200_000), min_size=1, max_size=200, unique=True),
    points=st.integers(1, 60),
    span=st.integers(1, 250_000),
)
def test_buckets_equal_numpy_and_gaps_stay_gaps(times: list[int], points: int, span: int) -> None:
    rng = np.random.default_rng(len(times))
    values = rng.normal(size=len(times))
    quality = rng.choice([192, 64, 0], len(times))
    rows = [(7, T0 + t, float(v), int(q)) for t, v, q in zip(times, values, quality, strict=True)]
    with TemporaryDirectory() as name:
        house = House.on(Path(name))
        house.keep([Message(1, tuple(rows[::2]))])
        record(house.writer, [Message(2, tuple(rows[1::2]))])
        got = house.store().buckets(7, T0, T0 + span, points)
    assert len(got.starts_ms) <= points
    assert got.starts_ms[-1] < T0 + span <= got.starts_ms[-1] + got.width_ms
    stamps = T0 + np.array(times)
    for place, start in enumerate(got.starts_ms):
        here = (stamps >= start) & (stamps < min(start + got.width_ms, T0 + span))
        good = values[here & (quality != 0)]
        assert got.count[place] == len(good)
        assert got.refused[place] == (here & (quality == 0)).sum()
        figures = (got.minimum[place], got.maximum[place], got.mean[place])
        if len(good):
            np.testing.assert_allclose(figures, (good.min(), good.max(), good.mean()), rtol=1e-12)
        else:
            assert np.isnan(figures).all()


def test_a_long_span_is_read_piece_by_piece(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    start = T0 // HOUR * HOUR
    rows = tuple((7, start + place * 600_000, float(place), 192) for place in range(60))
    house.keep([Message(1, rows[:30]), Message(2, rows[30:])])
    span = (start + 600_000, start + 10 * HOUR - 1)
    whole = house.store().buckets(7, *span, 5)
    monkeypatch.setattr("anlan.adapters.parquet_history.rolled.WINDOW_MS", 2 * HOUR)
    pieces = house.store().buckets(7, *span, 5)
    for name in ("starts_ms", "minimum", "maximum", "mean", "first", "last", "count", "refused"):
        assert getattr(whole, name).tolist() == getattr(pieces, name).tolist()
    assert whole.count.tolist() == [11, 12, 12, 12, 12]


def test_the_newest_reading_of_each_comes_from_wherever_it_is(house: House) -> None:
    month = 31 * 24 * HOUR
    house.now = T0 + 60_000
    old = Message(1, ((1, T0 - month - HOUR, 1.0, 192), (2, T0 - 5 * 24 * HOUR, 2.0, 192)))
    house.keep([old, Message(2, ((3, T0 - 1, 3.0, 192), (3, T0 - 2, 2.5, 64)))])
    house.keep([Message(3, ((3, T0 - 1, 3.5, 0),))])
    record(house.writer, [Message(4, ((4, T0, 4.0, 192),))])
    newest = house.store().last([4, 3, 2, 1, 99, 3])
    assert newest.readings == {
        2: Reading(T0 - 5 * 24 * HOUR, 2.0, 192),
        3: Reading(T0 - 1, 3.5, 0),
        4: Reading(T0, 4.0, 192),
    }
    assert newest.of(1) is None
    assert house.store().last([]).readings == {}


def test_a_recorder_that_does_not_answer_is_said(house: House) -> None:
    house.keep(steady(1))
    house.source.writer = None
    store = house.store()
    assert store.raw(7, T0, T0 + HOUR, limit=100).tail_missing
    assert store.buckets(7, T0, T0 + HOUR, 10).tail_missing
    assert store.last([7]).tail_missing
    assert len(store.raw(7, T0, T0 + HOUR, limit=100).times_ms) == 10


def test_rows_between_catalogue_and_tail_that_nobody_has_are_said(house: House) -> None:
    house.keep(steady(1))
    record(house.writer, steady(2)[1:])
    house.writer.flush()  # a file without a row, and the one who remembers its rows dies
    house.writer = house.source.writer = writer_on(house.folder, FakeCatalogue(away=True))
    assert house.store().raw(7, T0, T0 + HOUR, limit=100).tail_missing


def test_a_tail_too_large_for_one_answer_is_said(house: House) -> None:
    rows = tuple((7, T0 + t, 1.0, 192) for t in range(ROWS_MAX + 1))
    record(house.writer, [Message(1, rows)])
    raw = house.store().raw(7, T0, T0 + HOUR, limit=10)
    assert raw.tail_missing


def test_files_without_a_row_are_remembered_while_they_fit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.adapters.parquet_history.writer.HELD_ROWS_MAX", 50)
    for message in steady(5):
        record(house.writer, [message])
        house.writer.flush()
    tail = house.writer.tail((7,), T0, T0 + HOUR)
    assert (tail.first, tail.last, len(tail.rows)) == (4, 5, 20)
    assert house.store().raw(7, T0, T0 + HOUR, limit=100).tail_missing


def test_a_lost_and_a_damaged_file_cost_their_rows_and_not_the_answer(house: House) -> None:
    for message in steady(4):
        house.keep([message])
    paths = sorted(house.catalogue.rows)
    (house.folder / paths[1]).unlink()
    damaged = house.folder / paths[2]
    damaged.write_bytes(damaged.read_bytes()[:100])
    raw = house.store().raw(7, T0, T0 + HOUR, limit=100)
    assert len(raw.times_ms) == 20
    assert raw.unreadable == (paths[1], paths[2])


def test_a_reader_opens_nothing_outside_its_folder(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = House.on(tmp_path_factory.mktemp("outside"))
    outside.keep(steady(1))
    (entry,) = outside.catalogue.rows.values()
    escaped = replace(entry, path=f"../{outside.folder.name}/{entry.path}")
    house.catalogue.register([escaped])
    raw = house.store().raw(7, T0, T0 + HOUR, limit=100)
    assert raw.unreadable == (escaped.path,)
    assert len(raw.times_ms) == 0


def test_a_later_life_of_the_stream_corrects_an_earlier_one(house: House) -> None:
    house.keep([Message(900, ((7, T0, 1.0, 192),))])
    house.writer = house.source.writer = writer_on(house.folder, house.catalogue, epoch=LATER_EPOCH)
    house.keep([Message(3, ((7, T0, 2.0, 192),))])
    raw = house.store().raw(7, T0, T0 + 1, limit=5)
    assert (raw.values.tolist(), raw.corrected.tolist()) == ([2.0], [True])
