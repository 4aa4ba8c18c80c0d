"""Whatever fails and whenever: what READINGS held is on disk, once."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.adapters.parquet_history.disk import LocalDisk
from anlan.adapters.parquet_history.segments import FileTakenError, files_in
from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.writer import HistoryWriter, UncertainFlushError
from anlan.kernel.base.ids import derived_ulid
from tests.adapters.parquet_history.oracle import (
    EPOCH,
    EXERCISE,
    LATER_EPOCH,
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
from tests.adapters.parquet_history.reading import rows_on_disk
from tests.adapters.parquet_history.strategies import streams

ALWAYS = (-(2**62), 2**62)


def pairs(messages: list[Message]) -> Counter[tuple[int, int]]:
    """Return (sequence, place) of every reading that is no repeat within the whole stream."""
    seen: set[tuple[object, ...]] = set()
    found: Counter[tuple[int, int]] = Counter()
    for message in messages:
        for place, (number, time, value, quality) in enumerate(message.rows):
            said = (number, time, str(value), quality, message.exercise_id)
            if said not in seen:
                found[message.sequence, place] += 1
            seen.add(said)
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    messages=streams(),
    flushes=st.sets(st.integers(0, 11)),
    crashes=st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["before", "half", "after"])), max_size=4
    ),
    away=st.booleans(),
)
def test_no_crash_loses_a_reading_or_keeps_it_twice(
    messages: list[Message],
    flushes: set[int],
    crashes: list[tuple[int, str]],
    away: bool,  # noqa: FBT001
) -> None:
    with TemporaryDirectory() as name:
        folder, catalogue = Path(name), FakeCatalogue(away=away)
        for steps, mode in [*crashes, (-1, "before")]:
            disk = FailingDisk(steps=steps, mode=mode)
            try:
                writer = HistoryWriter(
                    node=NODE, epoch=EPOCH, folder=folder, catalogue=catalogue, disk=disk
                )
                go_on_behind = writer.start()
                for place, message in enumerate(messages):
                    if message.sequence > go_on_behind:
                        writer.add(message.sequence, 0, message.batch())
                    if place in flushes:
                        writer.flush()
                writer.flush()
            except PowerCutError:
                continue
        catalogue.away = False
        writer.register()

        on_disk = rows_on_disk(folder)
        assert max(on_disk.values(), default=1) == 1, "a reading is on disk twice"
        assert not pairs(messages) - on_disk, "a reading is lost"
        assert set(catalogue.rows) == set(files_in(LocalDisk(), folder, "segments"))
        store = ParquetHistory(folder=folder, catalogue=catalogue)
        oracle = heard(messages)
        for number in (1, 2, 3):
            raw = store.raw(number, T0 - 2**42, T0 + 2**42, limit=10_000)
            assert answered(raw) == oracle.answer(number, *ALWAYS)


def test_every_step_of_a_flush_may_be_the_last(tmp_path: Path) -> None:
    whole = FailingDisk()
    writer = writer_on(tmp_path / "whole", FakeCatalogue(), disk=whole)
    before = len(whole.log)
    record(writer, steady(3))
    writer.flush()
    steps = whole.log[before:]
    assert steps == ["write", "link", "sync", "unlink"]
    for step in range(len(steps)):
        for mode in ("before", "half", "after"):
            folder = tmp_path / f"{step}-{mode}"
            writer = writer_on(folder, FakeCatalogue(), disk=(disk := FailingDisk()))
            disk.steps, disk.mode = step, mode
            record(writer, steady(3))
            with pytest.raises(PowerCutError):
                writer.flush()
            again = writer_on(folder, FakeCatalogue())
            record(again, steady(3))
            again.flush()
            assert rows_on_disk(folder) == pairs(steady(3)), (step, mode)
            assert list(folder.rglob("*.unfinished")) == []


def test_a_remade_stream_over_an_old_folder_overwrites_nothing(tmp_path: Path) -> None:
    catalogue = FakeCatalogue()
    first = writer_on(tmp_path, catalogue)
    record(first, steady(2))
    first.flush()
    old = {
        path: (tmp_path / path).read_bytes() for path in files_in(LocalDisk(), tmp_path, "segments")
    }
    second = writer_on(tmp_path, catalogue, epoch=LATER_EPOCH)
    assert second.position == 0
    record(second, [Message(1, ((7, T0, 99.0, 192),)), Message(2, ((7, T0 - 5, 98.0, 192),))])
    second.flush()
    second.register()
    assert {path: (tmp_path / path).read_bytes() for path in old} == old
    raw = ParquetHistory(folder=tmp_path, catalogue=catalogue).raw(7, T0 - 5, T0 + 1001, limit=9)
    assert answered(raw) == heard(
        [*steady(2), Message(99, ((7, T0, 99.0, 192), (7, T0 - 5, 98.0, 192)))]
    ).answer(7, T0 - 5, T0 + 1001)


def test_a_name_that_is_taken_is_never_written_over(tmp_path: Path) -> None:
    writer = writer_on(tmp_path, FakeCatalogue())
    other = writer_on(tmp_path, FakeCatalogue())
    record(writer, steady(2))
    record(other, steady(2))
    writer.flush()
    with pytest.raises(FileTakenError):
        other.flush()
    assert rows_on_disk(tmp_path) == pairs(steady(2))


def test_a_full_disk_delays_a_flush_and_loses_nothing(tmp_path: Path) -> None:
    disk = FailingDisk(failure=OSError)
    catalogue = FakeCatalogue()
    writer = writer_on(tmp_path, catalogue, disk=disk)
    record(writer, steady(2))
    disk.steps, disk.mode = 0, "half"
    with pytest.raises(OSError, match="write"):
        writer.flush()
    assert writer.position == 0
    store = ParquetHistory(folder=tmp_path, catalogue=catalogue, tail=AskWriter(writer))
    assert len(store.raw(7, T0, T0 + 10**6, limit=100).times_ms) == 20
    record(writer, steady(4)[2:])
    writer.flush()
    assert writer.position == 4
    assert rows_on_disk(tmp_path) == pairs(steady(4))
    # what failed is tried again as the same file, and what came meanwhile is the next
    assert len(files_in(LocalDisk(), tmp_path, "segments")) == 2


def test_a_file_that_has_its_name_but_perhaps_not_durably_ends_the_process(tmp_path: Path) -> None:
    disk = FailingDisk(failure=OSError)
    writer = writer_on(tmp_path, FakeCatalogue(), disk=disk)
    record(writer, steady(1))
    disk.steps = 2
    with pytest.raises(UncertainFlushError):
        writer.flush()


def test_with_the_catalogue_away_files_go_on_and_are_registered_later(tmp_path: Path) -> None:
    catalogue = FakeCatalogue(away=True)
    writer = writer_on(tmp_path, catalogue)
    for message in steady(4):
        record(writer, [message])
        writer.flush()
        with pytest.raises(Exception, match="away"):
            writer.register()
    again = writer_on(tmp_path, catalogue)  # and dies, before the catalogue is back
    record(again, steady(6))
    again.flush()
    catalogue.away = False
    again.register()
    assert set(catalogue.rows) == set(files_in(LocalDisk(), tmp_path, "segments"))
    assert sum(entry.rows for entry in catalogue.rows.values()) == 120


def test_repeats_within_a_flush_are_dropped_and_counted(tmp_path: Path) -> None:
    writer = writer_on(tmp_path, FakeCatalogue())
    row = (7, T0, 1.0, 192)
    record(writer, [Message(1, (row, row)), Message(2, (row, (7, T0, 2.0, 192)))])
    assert writer.flush() == 2
    assert writer.repeats == 2


def test_readings_of_an_exercise_never_share_a_file_or_an_answer(tmp_path: Path) -> None:
    catalogue = FakeCatalogue()
    writer = writer_on(tmp_path, catalogue)
    real, drill = Message(1, ((7, T0, 1.0, 192),)), Message(2, ((7, T0, 9.0, 192),), EXERCISE)
    record(writer, [real, drill])
    tail = writer.tail((7,), T0, T0 + 1)
    assert tail.rows.values.tolist() == [1.0]
    writer.flush()
    writer.register()
    kinds = {entry.exercise_id: entry for entry in catalogue.rows.values()}
    assert set(kinds) == {None, EXERCISE}
    assert kinds[EXERCISE].epoch == derived_ulid(0, EPOCH, EXERCISE) != kinds[None].epoch
    store = ParquetHistory(folder=tmp_path, catalogue=catalogue)
    assert store.raw(7, T0, T0 + 1, limit=5).values.tolist() == [1.0]
    assert store.last([7]).readings == {}  # long ago by this machine's clock


def test_ticks_alone_make_no_file_and_move_the_position(tmp_path: Path) -> None:
    writer = writer_on(tmp_path, FakeCatalogue())
    writer.pass_over(5)
    assert writer.flush() == 0
    assert writer.position == 5
    assert files_in(LocalDisk(), tmp_path, "segments") == []
