"""A lost database beside history that has gone on, in a folder and in a bucket of a real S3 server."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from anlan.adapters.parquet_history.compact import Compactor
from anlan.adapters.parquet_history.orphans import settle_orphans
from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.tiers import Job
from anlan.adapters.parquet_history.verify import verify_files
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.app import backup
from anlan.app.history_place import disk_of
from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.config import Config
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.sensing.ports import FileEntry
from tests.adapters.parquet_history.oracle import (
    EPOCH,
    NODE,
    T0,
    FakeCatalogue,
    Message,
    answered,
    heard,
    record,
    steady,
)
from tests.app.installations import (
    Make,
    connected,
    database_name,
    installation,
    prepared,
    put,
)
from tests.s3_server import ACCESS, BUCKET, SECRET, S3Server, s3_server

__all__ = ["installation"]
pytestmark = pytest.mark.slow
ALWAYS = (-(2**62), 2**62)
#: Given to a datastream after the backup.
YOUNGER = 41
MESSAGES = steady(40)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3") / "server") as made:
        yield made


@pytest.fixture(params=["folder", "bucket"])
def lived(request: pytest.FixtureRequest, databases: Databases, installation: Make) -> Config:
    """An installation whose history are four files of ten messages, in a folder or in a bucket."""
    own = installation(f"lived_{request.param}")
    if request.param == "bucket":
        own = in_bucket(own, request.getfixturevalue("server"))
    databases.clone(database_name(own))
    catalogue = FakeCatalogue()
    writer = writer_of(own, catalogue)
    for start in range(0, 40, 10):
        record(writer, MESSAGES[start : start + 10])
        writer.flush()
        writer.register()
    with connected(databases, own, "anlan_owner") as owner:
        for entry in catalogue.live():
            row = asdict(entry) | {"id": new_ulid()}
            names = ", ".join(row)
            values = ", ".join(f"%({name})s" for name in row)
            owner.execute(
                f"INSERT INTO sensing_historyfile ({names}, live_from) VALUES ({values}, now())",  # noqa: S608
                row,
            )
    put(own.path("documents_dir") / "ab" / "abcd", b"a document")
    return own


def in_bucket(own: Config, server: S3Server) -> Config:
    """Let history lie in the bucket, emptied; the folder is a cache of it."""
    keys = own.home / "history_key"
    keys.write_text(f"{ACCESS}\n{SECRET}\n", encoding="utf-8")
    keys.chmod(0o600)
    made = replace(
        own, history_bucket=BUCKET, history_endpoint=server.endpoint, history_key_file=keys
    )
    disk = disk_of(made)
    for file in disk.names(made.path("history_dir").resolve(), ""):
        disk.unlink(file)
    return made


def writer_of(own: Config, catalogue: FakeCatalogue) -> HistoryWriter:
    folder = own.path("history_dir").resolve()
    writer = HistoryWriter(
        node=NODE, epoch=EPOCH, folder=folder, catalogue=catalogue, disk=disk_of(own)
    )
    writer.start()
    return writer


def catalogue_of(databases: Databases, own: Config) -> FakeCatalogue:
    """Return what the database names as living."""
    names = list(FileEntry.__dataclass_fields__)
    with connected(databases, own, "anlan_owner") as owner:
        rows = owner.execute(
            f"SELECT {', '.join(names)} FROM sensing_historyfile WHERE dead_from IS NULL"  # noqa: S608
        )
        return FakeCatalogue([FileEntry(**dict(zip(names, row, strict=True))) for row in rows])


def answers_whole(own: Config, catalogue: FakeCatalogue, messages: list[Message]) -> None:
    folder, disk = own.path("history_dir").resolve(), disk_of(own)
    store = ParquetHistory(folder=folder, catalogue=catalogue, disk=disk)
    for number in (7, 8, YOUNGER):
        answer = store.raw(number, *ALWAYS, limit=10**6)
        assert answered(answer) == heard(messages).answer(number, *ALWAYS)
        assert not answer.unreadable
    assert verify_files(catalogue, folder, disk) == []


def test_a_backup_brings_history_back_to_where_it_lay(
    databases: Databases, installation: Make, lived: Config, tmp_path: Path
) -> None:
    backup.back_up(lived, tmp_path / "backup")
    other = installation("other")
    if lived.history_bucket:
        disk = disk_of(lived)
        for file in disk.names(lived.path("history_dir").resolve(), ""):
            disk.unlink(file)
        other = replace(
            other,
            history_bucket=lived.history_bucket,
            history_endpoint=lived.history_endpoint,
            history_key_file=lived.history_key_file,
        )
    backup.restore(prepared(other), tmp_path / "backup")
    catalogue = catalogue_of(databases, other)
    assert len(catalogue.live()) == 4
    answers_whole(other, catalogue, MESSAGES)
    assert all(disk_of(other).has(other.path("history_dir").resolve() / e.path)
               for e in catalogue.live())  # fmt: skip


def test_history_that_went_on_is_kept_and_what_is_missing_is_added(
    databases: Databases, installation: Make, lived: Config, tmp_path: Path
) -> None:
    backup.back_up(lived, tmp_path / "backup")
    # an hour goes on: a file is written, two are put together and unlinked, one is lost
    folder, disk = lived.path("history_dir").resolve(), disk_of(lived)
    catalogue = catalogue_of(databases, lived)
    writer = writer_of(lived, catalogue)
    younger = [*steady(10, first=41), Message(51, ((YOUNGER, T0, 1.0, 192),))]
    record(writer, younger)
    writer.flush()
    writer.register()
    one, two, three, *_ = sorted(catalogue.live(), key=lambda entry: entry.seq_first)
    Compactor(node=NODE, folder=folder, catalogue=catalogue, disk=disk).compact(Job((one, two)))
    for gone in (one, two, three):
        disk.unlink(folder / gone.path)
    put(lived.path("documents_dir") / "cd" / "younger", b"a younger document")
    (lived.path("documents_dir") / "ab" / "abcd").unlink()
    other = replace(lived, database_url=prepared(installation("other")).database_url)

    with pytest.raises(ConflictError, match="不是空的"):
        backup.restore(other, tmp_path / "backup")
    backup.restore(other, tmp_path / "backup", keeping_files=True)

    assert disk.has(folder / three.path)
    assert not disk.has(folder / one.path), "what took its place is here"
    documents = {file.name for file in lived.path("documents_dir").rglob("*") if file.is_file()}
    assert documents == {"abcd", "younger"}
    # as the recorder and its housekeeping begin
    restored = catalogue_of(databases, other)
    assert len(restored.live()) == 4
    writer_of(other, restored).register()
    settle_orphans(restored, folder, disk)
    answers_whole(other, restored, [*MESSAGES, *younger])
    with connected(databases, other, "anlan_owner") as owner:
        row = owner.execute("SELECT nextval('sensing_datastream_number')").fetchone()
    assert row is not None
    assert row[0] > YOUNGER, "a number that was given since would name two datastreams"
