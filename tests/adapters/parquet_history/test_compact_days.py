"""Putting files together changes no answer, at no moment, whatever dies in between."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pyarrow.parquet as pq
import pytest
from msgspec import structs

from anlan.adapters.parquet_history.compact import CompactionError, Compactor
from anlan.adapters.parquet_history.disk import LocalDisk
from anlan.adapters.parquet_history.orphans import settle_orphans
from anlan.adapters.parquet_history.segments import files_in
from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.tiers import (
    DAY_MS,
    PARTS_MOST,
    SEGMENTS_MOST,
    SETTLED_MS,
    Job,
    day_name,
    day_of,
    due,
)
from anlan.kernel.base.clock import now, to_ms
from anlan.kernel.sensing.batch import Batch
from anlan.kernel.sensing.ports import DAY, SEGMENT, CatalogueConflictError, FileEntry
from anlan.kernel.sensing.resolutions import Resolutions
from tests.adapters.parquet_history.oracle import (
    EPOCH,
    NODE,
    T0,
    AskWriter,
    FailingDisk,
    FakeCatalogue,
    Message,
    PowerCutError,
    answered,
    heard,
    record,
    steady,
    writer_on,
)

HOUR = 3_600_000


def kept(folder: Path, messages: list[Message], *, a_file: int = 1) -> FakeCatalogue:
    """Write messages to segments of so many messages each."""
    catalogue = FakeCatalogue()
    writer = writer_on(folder, catalogue)
    for start in range(0, len(messages), a_file):
        record(writer, messages[start : start + a_file])
        writer.flush()
    writer.register()
    return catalogue


def segments(catalogue: FakeCatalogue) -> Job:
    live = [entry for entry in catalogue.live() if entry.level == SEGMENT]
    return Job(tuple(sorted(live, key=lambda entry: entry.seq_first)))


def compactor(folder: Path, catalogue: FakeCatalogue, **settings: object) -> Compactor:
    return replace(Compactor(node=NODE, folder=folder, catalogue=catalogue), **settings)  # type: ignore[arg-type]


def test_a_day_of_the_bureau_is_one_file_sorted_by_datastream_and_time(tmp_path: Path) -> None:
    midnight = T0 - (T0 + 8 * HOUR) % DAY_MS + DAY_MS
    rows = [(number, midnight + offset, 1.25, 192) for offset in (1000, -1, 0) for number in (9, 4)]
    catalogue = kept(tmp_path, [Message(1, tuple(rows)), Message(2, ((4, midnight + 5, 2.0, 0),))])
    before, after = compactor(tmp_path, catalogue).compact(segments(catalogue))
    assert [before.rows, after.rows] == [2, 5]
    assert [day_name(day_of(e.t_lo_ms)) for e in (before, after)] == [
        Path(before.path).parent.name,
        Path(after.path).parent.name,
    ]
    assert (after.seq_first, after.seq_last, after.epoch, after.level) == (1, 2, EPOCH, DAY)
    table = pq.read_table(tmp_path / after.path)
    times = [
        sum(pair)
        for pair in zip(*(table[f"{n}_ms"].to_pylist() for n in ("beat", "off")), strict=True)
    ]
    keys = list(zip(table["number"].to_pylist(), times, strict=True))
    assert keys == sorted(keys)
    assert {e.path for e in catalogue.live()} == {before.path, after.path}


def test_values_are_scaled_to_the_declared_step_only_where_not_a_bit_is_lost(
    tmp_path: Path,
) -> None:
    values = [0.1 * 3, 0.3, 91.2, -17.0, 0.0, -0.0, 1e300, 5e-324, float("nan"), float("inf")]
    rows = tuple((1, T0 + place, value, 192) for place, value in enumerate(values))
    rows += tuple((2, T0 + place, value, 192) for place, value in enumerate(values))
    catalogue = kept(tmp_path, [Message(1, rows)])
    job = compactor(tmp_path, catalogue, resolutions=Resolutions.of({1: 0.1}))
    (born,) = job.compact(segments(catalogue))
    table = pq.read_table(tmp_path / born.path).to_pydict()
    stepped = [s for n, s in zip(table["number"], table["scaled"], strict=True) if n == 1]
    # 0.1 * 3 is not 0.3; the sign of zero, the huge, the tiny and the unreal stay as they are
    assert stepped == [None, 3, 912, -170, 0, None, None, None, None, None]
    assert {s for n, s in zip(table["number"], table["scaled"], strict=True) if n == 2} == {None}
    store = ParquetHistory(folder=tmp_path, catalogue=catalogue)
    for number in (1, 2):
        got = store.raw(number, T0, T0 + 100, limit=100).values
        assert got.view(np.int64).tolist() == np.array(values).view(np.int64).tolist()


def test_encodings_are_those_that_were_measured(tmp_path: Path) -> None:
    catalogue = kept(tmp_path, steady(20))
    (born,) = compactor(tmp_path, catalogue, resolutions=Resolutions.of({7: 0.1, 8: 0.1})).compact(
        segments(catalogue)
    )
    group = pq.ParquetFile(tmp_path / born.path).metadata.row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    for name in ("number", "beat_ms", "scaled"):
        assert "DELTA_BINARY_PACKED" in columns[name].encodings
    for name in ("off_ms", "value"):
        assert "BYTE_STREAM_SPLIT" in columns[name].encodings
    assert {column.compression for column in columns.values()} == {"ZSTD"}
    assert columns["scaled"].statistics.null_count == 0
    assert columns["value"].statistics.null_count == born.rows


def test_files_are_cut_between_datastreams_and_one_too_large_between_times(tmp_path: Path) -> None:
    sizes = {1: 30, 2: 30, 3: 30, 4: 250, 5: 10}
    rows = tuple(
        (number, T0 + time, float(time), 192)
        for number, size in sizes.items()
        for time in range(size)
    )
    catalogue = kept(
        tmp_path, [Message(1, rows), Message(2, tuple((4, T0 + t, 0.5, 192) for t in range(250)))]
    )
    for reading in (7, 1000):
        again = FakeCatalogue(catalogue.rows.values())
        folder = tmp_path / str(reading)
        shutil.copytree(tmp_path / "segments", folder / "segments")
        born = compactor(folder, again, file_rows=100, read_rows=reading).compact(segments(again))
        assert sum(entry.rows for entry in born) == sum(sizes.values()) + 250
        assert all(entry.rows <= 110 for entry in born)
        small = [entry for entry in born if entry.number_hi < 4]
        assert len({(e.number_lo, e.number_hi) for e in small}) == len(small)
        store = ParquetHistory(folder=folder, catalogue=again)
        for number, size in sizes.items():
            raw = store.raw(number, T0, T0 + HOUR, limit=1000)
            assert raw.times_ms.tolist() == [T0 + time for time in range(size)]


def test_sorting_more_than_memory_holds_goes_on_in_the_folder(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    times = T0 + chance.permutation(400_000)
    batch = Batch(
        gateway="01K5000000000000000000000G",
        seq=1,
        arrived_ms=T0,
        exercise_id=None,
        numbers=chance.integers(0, 50, len(times)).astype(np.int32),
        times_ms=times,
        values=chance.normal(size=len(times)),
        quality=np.full(len(times), 192, np.uint8),
    )
    catalogue = FakeCatalogue()
    writer = writer_on(tmp_path, catalogue)
    for sequence in range(1, 4):
        again = structs.replace(batch, times_ms=times + sequence * 400_000)
        writer.add(sequence, 0, again)
        writer.flush()
    writer.register()
    left_over = tmp_path / "spill" / "left by one who was killed"
    left_over.parent.mkdir()
    left_over.touch()
    born = compactor(tmp_path, catalogue, memory="100MB").compact(segments(catalogue))
    assert sum(one.rows for one in born) == 1_200_000
    assert not left_over.exists()
    assert [*tmp_path.glob("spill/*")] == []


def test_every_step_of_a_compaction_may_be_the_last(tmp_path: Path) -> None:
    messages = [*steady(5), Message(6, ((7, T0 + 3 * DAY_MS, 1.0, 192), (7, T0, 5.0, 192)))]
    oracle = heard(messages)
    for step in range(11):
        for mode in ("before", "half", "after"):
            folder = tmp_path / f"{step}-{mode}"
            catalogue = kept(folder, messages)
            disk = FailingDisk(steps=step, mode=mode)
            try:
                compactor(folder, catalogue, disk=disk).compact(segments(catalogue))
            except PowerCutError:
                writer_on(folder, catalogue)
                settle_orphans(catalogue, folder, LocalDisk())
                assert files_in(LocalDisk(), folder, "days") == []
                compactor(folder, catalogue).compact(segments(catalogue))
            else:
                assert step > 8, "the compaction was not interrupted at all"
            assert {entry.level for entry in catalogue.live()} == {DAY}
            raw = ParquetHistory(folder=folder, catalogue=catalogue).raw(
                7, T0 - HOUR, T0 + 9 * DAY_MS, limit=1000
            )
            assert answered(raw) == oracle.answer(7, T0 - HOUR, T0 + 9 * DAY_MS)


def test_two_compactions_of_the_same_files_do_not_both_count(tmp_path: Path) -> None:
    catalogue = kept(tmp_path, steady(3))
    job = segments(catalogue)
    compactor(tmp_path, catalogue).compact(job)
    (tmp_path / catalogue.live()[0].path).rename(tmp_path / "elsewhere")
    with pytest.raises(CatalogueConflictError):
        compactor(tmp_path, catalogue).compact(job)


def test_a_damaged_file_stops_its_compaction_and_all_files_live_on(tmp_path: Path) -> None:
    catalogue = kept(tmp_path, steady(3))
    (tmp_path / max(catalogue.rows)).write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(CompactionError):
        compactor(tmp_path, catalogue).compact(segments(catalogue))
    assert len(catalogue.live()) == 3


def test_dead_files_are_unlinked_after_the_grace_time_and_not_before(tmp_path: Path) -> None:
    catalogue = kept(tmp_path, steady(3))
    one = compactor(tmp_path, catalogue)
    one.compact(segments(catalogue))
    assert one.retire(now() + timedelta(minutes=14)) == 0
    assert len(files_in(LocalDisk(), tmp_path, "segments")) == 3
    assert one.retire(now() + timedelta(minutes=16)) == 3
    assert files_in(LocalDisk(), tmp_path, "segments") == []
    assert len(catalogue.rows) == 1
    # the segments are gone, and still recording goes on behind them
    assert writer_on(tmp_path, catalogue).position == 3


def test_a_catalogue_set_back_in_time_takes_in_the_files_that_hold_the_only_copy(
    tmp_path: Path,
) -> None:
    catalogue = kept(tmp_path, steady(5))
    yesterday = list(catalogue.rows.values())
    one = compactor(tmp_path, catalogue)
    one.compact(segments(catalogue))
    one.retire(now() + timedelta(hours=1))
    restored = FakeCatalogue(yesterday)
    settle_orphans(restored, tmp_path, LocalDisk())
    assert {entry.path for entry in restored.live()} == {entry.path for entry in catalogue.live()}
    raw = ParquetHistory(folder=tmp_path, catalogue=restored).raw(7, T0, T0 + HOUR, limit=1000)
    assert len(raw.times_ms) == 50
    assert raw.unreadable == ()


def test_files_beside_part_of_their_inputs_are_left_alone(tmp_path: Path) -> None:
    catalogue = kept(tmp_path, steady(5))
    before = FakeCatalogue(catalogue.rows.values())
    compactor(tmp_path, catalogue).compact(segments(catalogue))
    (tmp_path / min(before.rows)).unlink()
    settle_orphans(before, tmp_path, LocalDisk())
    assert len(files_in(LocalDisk(), tmp_path, "days")) == 1
    assert len(before.live()) == 5


def entry(first: int, last: int, rows: int, *, level: str = DAY, part: int = 0) -> FileEntry:
    return FileEntry(
        epoch=EPOCH,
        shard=0,
        seq_first=first,
        seq_last=last,
        level=level,
        number_lo=1,
        number_hi=9,
        t_lo_ms=T0,
        t_hi_ms=T0,
        rows=rows,
        sha256="",
        path=f"{level}/{first}-{last}-{part}",
    )


def test_segments_wait_until_there_are_enough_and_the_oldest_go_first() -> None:
    few = [entry(n, n, 10, level=SEGMENT) for n in range(1, SEGMENTS_MOST)]
    assert due(few, T0) == []
    (job,) = due([entry(99_999, 99_999, 10, level=SEGMENT), *reversed(few)], T0)
    assert [one.seq_first for one in job.inputs] == [*range(1, SEGMENTS_MOST), 99_999]


def test_small_parts_of_a_running_day_join_and_the_large_one_stays() -> None:
    parts = [entry(1, 100, 10_000), *(entry(n, n, 100) for n in range(101, 101 + PARTS_MOST))]
    (job,) = due(parts, T0)
    assert [one.seq_first for one in job.inputs] == [*range(101, 101 + PARTS_MOST)]
    assert due(parts[: PARTS_MOST - 1], T0) == []


def test_a_day_that_is_over_becomes_one_part_and_is_not_written_again_for_a_crumb() -> None:
    over = (day_of(T0) + 1) * DAY_MS - 8 * HOUR
    parts = [entry(1, 9, 500), entry(1, 9, 200, part=1), entry(10, 19, 400)]
    assert due(parts, over + SETTLED_MS) == []
    (job,) = due(parts, over + SETTLED_MS + 1)
    assert len(job.inputs) == 3
    assert due([entry(1, 19, 1100), entry(20, 29, 100)], over + DAY_MS) == []


@pytest.fixture
def stopping() -> Iterator[Event]:
    stop = Event()
    yield stop
    stop.set()


def test_queries_during_flushes_and_compactions_see_one_log_at_one_moment(
    tmp_path: Path, stopping: Event
) -> None:
    """What a query sees is a beginning of the log that holds at least what was kept before it."""
    catalogue = FakeCatalogue()
    writer = writer_on(tmp_path, catalogue)
    one = compactor(tmp_path, catalogue)
    failures: list[BaseException] = []
    kept_until = [0]

    def keep_and_compact() -> None:
        try:
            for place, message in enumerate(steady(600)):
                if stopping.is_set():
                    return
                record(writer, [message])
                kept_until[0] = (place + 1) * 10
                if place % 3 == 2:
                    writer.flush()
                    writer.register()
                if place % 30 == 29:
                    one.compact(segments(catalogue))
                if place % 90 == 89:
                    parts = [e for e in catalogue.live() if e.level == DAY]
                    one.compact(Job(tuple(parts)))
        except BaseException as error:  # noqa: BLE001 - shown by the test below
            failures.append(error)

    store = ParquetHistory(folder=tmp_path, catalogue=catalogue, tail=AskWriter(writer))
    thread = Thread(target=keep_and_compact)
    thread.start()
    asked = 0
    while thread.is_alive():
        least = kept_until[0]
        raw = store.raw(7, T0, T0 + 10 * HOUR, limit=100_000)
        assert len(raw.times_ms) >= least
        assert raw.times_ms.tolist() == [T0 + 1000 * n for n in range(len(raw.times_ms))]
        assert raw.values.tolist() == [n + 0.7 for n in range(len(raw.times_ms))]
        assert not raw.tail_missing
        assert raw.unreadable == ()
        asked += 1
    thread.join()
    assert failures == []
    assert asked > 10
    assert len(store.raw(7, T0, T0 + 10 * HOUR, limit=100_000).times_ms) == 6000


def test_the_name_of_a_day_is_that_of_the_bureaus_calendar() -> None:
    from datetime import datetime

    late_evening = to_ms(datetime.fromisoformat("2026-08-01T23:59:59+08:00"))
    assert day_name(day_of(late_evening)) == "20260801"
    assert day_name(day_of(late_evening + 1000)) == "20260802"
