"""A folder of files to the outbox: kept once, put away with a report, waiting when there is no room."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from anlan.adapters.file_drop.settings import Dropped
from anlan.adapters.mqtt.decode import to_batch
from anlan.app.collecting.dropping import Dropping
from anlan.app.collecting.message import composed
from anlan.app.collecting.outbox import Outbox
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.state import Told
from tests.app.collecting.waiting import ended, until

TEXT = "time,tag,value\n2026-08-01 10:00:00,P,{}\n2026-08-01 10:00:01,Q,1\n"


@pytest.fixture
def dropping(tmp_path: Path) -> Iterator[Dropping]:
    thread = OutboxThread(
        Outbox(
            tmp_path / "o.sqlite", lambda seq, some, held: composed("G1", seq, some, held), 1024**2
        )
    )
    folder = tmp_path / "in"
    folder.mkdir()
    settings = Dropped(name="f", folder="in", tag={"P": "T101.PI"}, settle_s=0.05)
    yield Dropping(settings, folder, thread, Told("f", "files"), look_s=0.02)
    thread.close()


def kept(dropping: Dropping) -> list[float]:
    found: list[float] = []
    done = None
    while (one := dropping.thread.outbox.following(done)) is not None:
        done = one.seq
        found += to_batch(one.body).values.tolist()
    return found


async def test_a_file_is_kept_reported_and_put_away(dropping: Dropping) -> None:
    (dropping.path / "a.csv").write_text(TEXT.format(1))
    work = asyncio.create_task(dropping.run())
    await until((dropping.path / "done" / "a.csv").exists)
    (dropping.path / "again.csv").write_text(TEXT.format(1))
    (dropping.path / "bad.csv").write_text("no table")
    (dropping.path / "none.csv").write_text("time,tag,value\n1,X,1\n")
    await until(lambda: len(list((dropping.path / "refused").glob("*.report.csv"))) == 2)
    await until((dropping.path / "done" / "again.csv").exists)
    await ended(work)
    assert kept(dropping) == [1.0]
    report = (dropping.path / "done" / "a.csv.report.csv").read_text(encoding="utf-8-sig")
    assert report.splitlines() == ["line,word,about", "2,kept,P", "3,tag_unknown,Q"]
    counts = dropping.state.counts
    assert (counts["files"], counts["repeated"], counts["files_refused"]) == (3, 1, 1)


async def test_without_room_a_file_waits(dropping: Dropping) -> None:
    dropping.thread.outbox.limit_bytes = 0
    (dropping.path / "a.csv").write_text(TEXT.format(1))
    work = asyncio.create_task(dropping.run())
    await until(lambda: dropping.state.counts["refused_full"] >= 2)
    assert (dropping.path / "a.csv").exists()
    dropping.thread.outbox.limit_bytes = 1024**2
    await until((dropping.path / "done" / "a.csv").exists)
    await ended(work)
    assert kept(dropping) == [1.0]
