"""`anlan doctor` reads every file of history: one flipped byte is named, in a folder or in a bucket."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import obstore
import pytest

from anlan.adapters.parquet_history.bucket import BucketDisk
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.app.doctor import history
from anlan.app.history_place import disk_of
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.batch import Batch, columns_of
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from tests.s3_server import ACCESS, BUCKET, SECRET, s3_server

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def in_folder(tmp_path: Path) -> Config:
    return Config(home=tmp_path, history_dir=tmp_path / "history")


def kept(config: Config) -> list[str]:
    """Write two files of history and return their paths."""
    catalogue = DjangoCatalogue(lambda: unit_of_work(machine("recorder")))
    folder = config.path("history_dir")
    writer = HistoryWriter(
        node="n640181", epoch="01K5000000000000000000000A", folder=folder,
        catalogue=catalogue, disk=disk_of(config),
    )  # fmt: skip
    writer.start()
    for sequence in (1, 2):
        rows = [(7, now_ms() + place, float(place), 192) for place in range(50)]
        columns = columns_of(rows)
        writer.add(
            sequence,
            0,
            Batch(
                gateway="01K5000000000000000000000G",
                seq=sequence,
                arrived_ms=now_ms(),
                exercise_id=None,
                **columns,
            ),
        )
        writer.flush()
        writer.register()
    return [entry.path for entry in catalogue.live()]


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def said(config: Config) -> list[tuple[str, str]]:
    with unit_of_work(machine("recorder"), read_only=True):
        return [(one.level, one.en) for one in history(config)]


def test_one_flipped_byte_in_the_folder_is_named(
    tmp_path: Path, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_recorder")
    config = in_folder(tmp_path)
    first, _ = kept(config)
    assert said(config) == [("ok", "history files equal their catalogue")]
    file = config.path("history_dir") / first
    file.write_bytes(flipped(file.read_bytes()))
    assert said(config) == [("broken", f"history file {first}: altered")]


def test_one_flipped_byte_in_the_bucket_is_named_whatever_the_copies_say(
    tmp_path: Path, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_recorder")
    with s3_server(tmp_path / "s3") as server:
        (tmp_path / "key").write_text(f"{ACCESS}\n{SECRET}\n")
        config = replace(
            in_folder(tmp_path),
            history_bucket=BUCKET,
            history_endpoint=server.endpoint,
            history_key_file=tmp_path / "key",
        )
        first, _ = kept(config)
        assert said(config) == [("ok", "history files equal their catalogue")]
        disk = disk_of(config)
        assert isinstance(disk, BucketDisk)
        content = disk.read(config.path("history_dir") / first)
        obstore.put(disk._store, first, flipped(content), mode="overwrite")
        assert said(config) == [("broken", f"history file {first}: altered")]
    (answer,) = said(config)
    assert answer[0] == "broken"
    assert "bucket does not answer" in answer[1]
