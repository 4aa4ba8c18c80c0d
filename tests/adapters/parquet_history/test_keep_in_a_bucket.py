"""History in a bucket of a real S3 server: names given once, crashes, lost answers, altered bytes."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from anlan.adapters.parquet_history.bucket import BucketDisk, open_bucket
from anlan.adapters.parquet_history.compact import Compactor
from anlan.adapters.parquet_history.orphans import settle_orphans
from anlan.adapters.parquet_history.segments import FileTakenError, files_in, write_content
from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.tiers import Job
from anlan.adapters.parquet_history.verify import verify_files
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.kernel.sensing.ports import DAY
from tests.adapters.parquet_history.oracle import (
    EPOCH,
    NODE,
    T0,
    AskWriter,
    FakeCatalogue,
    Message,
    PowerCutError,
    answered,
    heard,
    record,
    steady,
)
from tests.s3_server import S3Server, s3_server

pytestmark = pytest.mark.slow
ALWAYS = (-(2**62), 2**62)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3") / "server") as server:
        yield server


@pytest.fixture
def server(running: S3Server, tmp_path: Path) -> S3Server:
    """The server, with an empty bucket."""
    disk = running.disk(tmp_path)
    for file in disk.names(tmp_path, ""):
        disk.unlink(file)
    return running


def writer_in(disk: BucketDisk, folder: Path, catalogue: FakeCatalogue) -> HistoryWriter:
    writer = HistoryWriter(node=NODE, epoch=EPOCH, folder=folder, catalogue=catalogue, disk=disk)
    writer.start()
    return writer


def kept(disk: BucketDisk, folder: Path, messages: list[Message], flushes: int) -> FakeCatalogue:
    catalogue = FakeCatalogue()
    writer = writer_in(disk, folder, catalogue)
    size = len(messages) // flushes
    for start in range(0, len(messages), size):
        record(writer, messages[start : start + size])
        writer.flush()
        writer.register()
    return catalogue


def test_another_machine_reads_and_compacts_what_this_one_wrote(
    server: S3Server, tmp_path: Path
) -> None:
    messages = steady(40)
    catalogue = kept(server.disk(tmp_path / "here"), tmp_path / "here", messages, 4)
    there = tmp_path / "there"
    there.mkdir()
    compactor = Compactor(node=NODE, folder=there, catalogue=catalogue, disk=server.disk(there))
    compactor.compact(Job(tuple(sorted(catalogue.live(), key=lambda one: one.seq_first))))
    assert {entry.level for entry in catalogue.live()} == {DAY}
    third = tmp_path / "third"
    third.mkdir()
    store = ParquetHistory(folder=third, catalogue=catalogue, disk=server.disk(third))
    for number in (7, 8):
        answer = store.raw(number, *ALWAYS, limit=10**6)
        assert answered(answer) == heard(messages).answer(number, *ALWAYS)
        assert not answer.unreadable


def test_a_name_is_given_once_whoever_asks(server: S3Server, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    messages = steady(4)
    writers = [writer_in(server.disk(at), at, FakeCatalogue()) for at in (one, other)]
    record(writers[0], messages)
    writers[0].flush()
    record(writers[1], [*messages[:3], Message(4, ((7, T0, 99.0, 192),))])
    with pytest.raises(FileTakenError):
        writers[1].flush()
    (path,) = files_in(server.disk(one), one, "segments")
    # the very same bytes again are no other's: the answer to the first PUT may have been lost
    content = server.disk(one).read(one / path)
    assert write_content(server.disk(other), other, path, content).path == path


class DyingDisk(BucketDisk):
    """The process ends when the object stands in the bucket and nobody has been told."""

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        raise PowerCutError


def test_a_crash_between_object_and_catalogue_row_loses_and_doubles_nothing(
    server: S3Server, tmp_path: Path
) -> None:
    messages = steady(20)
    here, catalogue = tmp_path / "here", FakeCatalogue()
    alive = server.disk(here)
    dying = DyingDisk(here, alive._store, 10**9)
    writer = writer_in(dying, here, catalogue)
    record(writer, messages[:10])
    with pytest.raises(PowerCutError):
        writer.flush()
    assert not catalogue.live()
    # the machine is replaced: nothing of its disk is left, the bucket is all there is
    there = tmp_path / "there"
    again = writer_in(server.disk(there), there, catalogue)
    assert again.position == 10
    record(again, messages)
    again.register()
    again.flush()
    again.register()
    ranges = sorted((entry.seq_first, entry.seq_last) for entry in catalogue.live())
    assert ranges == [(1, 10), (11, 20)]
    assert sum(entry.rows for entry in catalogue.live()) == sum(len(m.rows) for m in messages)
    assert verify_files(catalogue, there, server.disk(there)) == []


class DeafDisk(BucketDisk):
    """The server does what it is asked, and its answer is lost."""

    deaf = True

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        source.write_bytes(target.read_bytes())
        if self.deaf:
            raise TimeoutError("no answer")

    def has(self, path: Path) -> bool:
        if self.deaf:
            raise TimeoutError("no answer")
        return super().has(path)


def test_a_put_whose_answer_was_lost_is_tried_again_as_the_same_object(
    server: S3Server, tmp_path: Path
) -> None:
    messages = steady(20)
    catalogue = FakeCatalogue()
    disk = DeafDisk(tmp_path, server.disk(tmp_path)._store, 10**9)
    writer = writer_in(disk, tmp_path, catalogue)
    record(writer, messages[:10])
    with pytest.raises(OSError, match="no answer"):
        writer.flush()
    record(writer, messages[10:])  # more has come meanwhile
    disk.deaf = False
    for _ in range(2):
        writer.flush()
        writer.register()
    ranges = sorted((entry.seq_first, entry.seq_last) for entry in catalogue.live())
    assert ranges == [(1, 10), (11, 20)]
    store = ParquetHistory(folder=tmp_path, catalogue=catalogue, disk=disk)
    assert answered(store.raw(7, *ALWAYS, 10**6)) == heard(messages).answer(7, *ALWAYS)


def test_a_flipped_byte_in_the_bucket_is_found_and_costs_its_file_only(
    server: S3Server, tmp_path: Path
) -> None:
    import obstore

    messages = steady(40)
    disk = server.disk(tmp_path)
    catalogue = kept(disk, tmp_path, messages, 4)
    victim = sorted(catalogue.live(), key=lambda one: one.seq_first)[1]
    content = bytearray(disk.read(tmp_path / victim.path))
    content[len(content) // 2] ^= 1
    obstore.put(disk._store, victim.path, bytes(content), mode="overwrite")
    (damage,) = verify_files(catalogue, tmp_path, disk)
    assert str(damage) == f"{victim.path}: altered"
    there = tmp_path / "there"
    there.mkdir()
    answer = ParquetHistory(folder=there, catalogue=catalogue, disk=server.disk(there)).raw(
        7, *ALWAYS, limit=10**6
    )
    assert answer.unreadable == (victim.path,)
    rest = [m for m in messages if not victim.seq_first <= m.sequence <= victim.seq_last]
    assert answered(answer) == heard(rest).answer(7, *ALWAYS)
    disk.unlink(tmp_path / victim.path)
    assert [str(one) for one in verify_files(catalogue, tmp_path, disk)] == [
        f"{victim.path}: missing"
    ]


def test_with_the_bucket_away_readings_wait_and_then_all_are_there(
    running: S3Server, server: S3Server, tmp_path: Path
) -> None:
    messages = steady(30)
    catalogue = FakeCatalogue()
    disk = server.disk(tmp_path)
    writer = writer_in(disk, tmp_path, catalogue)
    store = ParquetHistory(folder=tmp_path, catalogue=catalogue, tail=AskWriter(writer), disk=disk)
    record(writer, messages[:10])
    running.stop()
    try:
        with pytest.raises(OSError, match="bucket"):
            writer.flush()
        record(writer, messages[10:])
        answer = store.raw(7, *ALWAYS, 10**6)
        assert answered(answer) == heard(messages).answer(7, *ALWAYS), "from memory meanwhile"
        with pytest.raises(OSError, match="bucket"):
            writer_in(server.disk(tmp_path / "new"), tmp_path / "new", catalogue)
    finally:
        running.start()
    for _ in range(2):
        writer.flush()
        writer.register()
    assert answered(store.raw(7, *ALWAYS, 10**6)) == heard(messages).answer(7, *ALWAYS)
    assert sum(entry.rows for entry in catalogue.live()) == sum(len(m.rows) for m in messages)


def test_copies_that_nobody_asked_for_lately_make_room(server: S3Server, tmp_path: Path) -> None:
    messages = steady(40)
    kept_by = server.disk(tmp_path)
    catalogue = kept(kept_by, tmp_path, messages, 4)
    paths = [tmp_path / entry.path for entry in catalogue.live()]
    size = paths[0].stat().st_size
    old = time.time() - 3600
    for path in paths[:3]:
        os.utime(path, (old, old))
    small = server.disk(tmp_path, cache_bytes=size * 2)
    lost = catalogue.live()[0]
    paths[0].unlink()
    small.bring(paths[0], lost.sha256)
    assert [path.exists() for path in paths] == [True, False, False, True]
    store = ParquetHistory(folder=tmp_path, catalogue=catalogue, disk=kept_by)
    assert answered(store.raw(7, *ALWAYS, 10**6)) == heard(messages).answer(7, *ALWAYS)


def test_orphans_of_a_crashed_compaction_go_from_the_bucket(
    server: S3Server, tmp_path: Path
) -> None:
    disk = server.disk(tmp_path)
    catalogue = kept(disk, tmp_path, steady(40), 4)
    live = catalogue.live()
    compactor = Compactor(node=NODE, folder=tmp_path, catalogue=FakeCatalogue(live), disk=disk)
    compactor.compact(Job(tuple(sorted(live, key=lambda one: one.seq_first))))
    assert files_in(disk, tmp_path, "days")
    settle_orphans(catalogue, tmp_path, disk)  # ours never heard of the swap
    assert files_in(disk, tmp_path, "days") == []
    assert verify_files(catalogue, tmp_path, disk) == []


def test_a_bucket_that_nobody_made_or_may_enter_is_said_at_once(
    server: S3Server, tmp_path: Path
) -> None:
    store = open_bucket(
        "s3://history", endpoint=server.endpoint, region="us-east-1", access_key="x", secret_key="y"
    )
    with pytest.raises(OSError, match=r"(?i)denied|forbidden|InvalidAccessKey|not allowed|exist"):
        BucketDisk(tmp_path, store, 10**9).read(tmp_path / "one")
